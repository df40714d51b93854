import { Trans, useLingui } from '@lingui/react/macro';
import { IconPhone } from '@tabler/icons-react';
import { api, type CallRecord, type Extension } from '~/api';
import { formatDateTime, formatDuration } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { usePages } from '~/design/lists';
import { Section } from '~/design/Section';
import { DataTable } from '~/design/table';

/** The calls of a number, newest first. */
export function PersonCalls({ extension, tenant }: { extension: Extension; tenant?: string }) {
  const { t } = useLingui();
  const list = usePages<CallRecord>(['history', tenant, 'of', extension.number], (cursor) =>
    api.listHistory({ query: { tenant, cursor, extension: extension.number } }),
  );
  const outcomes: Record<CallRecord['outcome'], string> = {
    answered: t`answered`,
    missed: t`missed`,
    busy: t`busy`,
    declined: t`declined`,
    unreachable: t`unreachable`,
    failed: t`failed`,
    cancelled: t`cancelled`,
  };
  const outgoing = (call: CallRecord) => call.caller === extension.number;
  const other = (call: CallRecord) =>
    outgoing(call) ? call.callee_name || call.callee : call.caller_name || call.caller;
  return (
    <Section title={t`Calls of ${extension.number}`}>
      <DataTable<CallRecord>
        label={t`Calls`}
        list={list}
        columns={[
          { title: t`With`, card: 'title', render: (call) => <bdi>{other(call) ?? t`Deleted person`}</bdi> },
          { title: t`Direction`, render: (call) => (outgoing(call) ? t`outgoing` : t`incoming`) },
          { title: t`Date`, render: (call) => formatDateTime(call.started) },
          { title: t`Outcome`, render: (call) => outcomes[call.outcome] },
          {
            title: t`Duration`,
            numeric: true,
            card: 'aside',
            render: (call) => call.answered && formatDuration(call.talk_seconds),
          },
        ]}
        empty={<EmptyState icon={IconPhone} text={<Trans>No calls yet.</Trans>} />}
      />
    </Section>
  );
}
