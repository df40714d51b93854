import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type LiveQueue } from '~/api';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { useNumberFormat } from '~/features/phone-numbers';
import { missedCallers } from './missed';
import css from './queues.module.css';

const LATEST = 50;
const SHOWN = 10;

/** Latest callers that no agent has answered. An agent calls them back in the name of the queue, whose number is shown. */
export function MissedCallers({ live, tenant }: { live: LiveQueue; tenant: string | undefined }) {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const visits = useQuery({
    queryKey: ['queues', tenant, 'visits', live.id, live.answered, live.abandoned],
    queryFn: async () =>
      (await api.listQueueVisits({ path: { queue: live.id }, query: { tenant, limit: LATEST } })).data.items,
    placeholderData: (before, earlier) => (earlier?.queryKey[3] === live.id ? before : undefined),
  });
  const extensions = useValue(session, (each) => (each.state === 'in' ? each.me.extensions : undefined));
  const own = extensions?.find(({ id }) => live.agents.some(({ extension_id }) => extension_id === id));
  const call = useMutation({
    mutationFn: (to: string) =>
      api.beginCall({ body: { to, extension: own?.number, calling_for: `queue:${live.number}` } }),
  });
  const missed = missedCallers(visits.data ?? []).slice(0, SHOWN);
  if (missed.length === 0) return <ErrorBar fault={visits.error} retry={visits.refetch} />;
  return (
    <Section title={t`Missed callers`}>
      <ErrorNotice fault={call.error} />
      <ul className={css.rows} aria-label={t`Missed callers`}>
        {missed.map((each) => {
          const name = each.name || formatted(each.number);
          return (
            <li key={each.id} className={css.row}>
              <Text>{name}</Text>
              <span>{formatDateTime(each.arrived)}</span>
              {own && (
                <Button
                  variant="default"
                  size="xs"
                  aria-label={t`Call back ${name}`}
                  loading={call.isPending && call.variables === each.number}
                  onClick={() => call.mutate(each.number)}
                >
                  <Trans>Call back</Trans>
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
