import { Badge, Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type CallRecord } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { usePages } from '~/design/lists';
import { formatDuration, formatDateTime } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Table } from '~/design/Table';
import { useValue } from '~/core/store';

type Outcome = CallRecord['outcome'];

/** All calls of the tenant, newest first, filtered by extension and outcome. */
export default function CallRecords() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [typed, setTyped] = useState('');
  const [number] = useDebouncedValue(typed.trim(), 300);
  const extension = /^[0-9]{2,8}$/.test(number) ? number : undefined;
  const list = usePages<CallRecord>(
    ['history', tenant, outcome, extension],
    (cursor) => api.listHistory({ query: { tenant, cursor, extension, outcome: outcome ?? undefined } }),
    { pollMs: 15_000 },
  );
  const outcomes: Record<Outcome, { text: string; colour: string }> = {
    answered: { text: t`answered`, colour: 'teal' },
    missed: { text: t`missed`, colour: 'red' },
    busy: { text: t`busy`, colour: 'orange' },
    declined: { text: t`declined`, colour: 'orange' },
    unreachable: { text: t`unreachable`, colour: 'gray' },
    failed: { text: t`failed`, colour: 'red' },
    cancelled: { text: t`cancelled`, colour: 'gray' },
  };
  const partyCell = (call: CallRecord, which: 'caller' | 'callee') => {
    const found = call.parties.find((each) => each.role === which);
    if (found?.erased)
      return (
        <Text c="dimmed" fs="italic" size="sm">
          <Trans>Deleted person</Trans>
        </Text>
      );
    const [name, dialled] = which === 'caller' ? [call.caller_name, call.caller] : [call.callee_name, call.callee];
    return (
      <>
        {name || dialled}
        {name && (
          <Text span c="dimmed" size="sm" ml="xs">
            {dialled}
          </Text>
        )}
      </>
    );
  };
  return (
    <Page title={t`History`} size="xl">
      <Group mb="md" align="end">
        <TextInput
          label={t`Extension`}
          placeholder="1001"
          inputMode="numeric"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          w={140}
        />
        <Select
          label={t`Outcome`}
          placeholder={t`Any`}
          clearable
          data={Object.entries(outcomes).map(([value, { text }]) => ({ value, label: text }))}
          value={outcome}
          onChange={(value) => setOutcome(value as Outcome | null)}
          w={180}
        />
      </Group>
      <ErrorNotice fault={list.fault} />
      <Table
        label={t`History`}
        list={list}
        columns={[
          { title: t`Date`, render: (call) => formatDateTime(call.started) },
          { title: t`From`, render: (call) => partyCell(call, 'caller') },
          { title: t`To`, render: (call) => partyCell(call, 'callee') },
          {
            title: t`Outcome`,
            render: (call) => (
              <Badge variant="dot" color={outcomes[call.outcome].colour}>
                {outcomes[call.outcome].text}
              </Badge>
            ),
          },
          { title: t`Duration`, numeric: true, render: (call) => formatDuration(call.talk_seconds) },
          { title: t`Quality`, numeric: true, render: (call) => worstMos(call) },
        ]}
        empty={<Trans>No calls to show.</Trans>}
        moreText={<Trans>Earlier calls</Trans>}
      />
    </Page>
  );
}

/** The lower MOS of both sides, 1 to 5. */
function worstMos({ quality: { caller, callee } }: CallRecord): string {
  const scores = [caller.mos, callee?.mos].filter((each) => typeof each === 'number');
  return scores.length ? Math.min(...scores).toFixed(1) : '–';
}
