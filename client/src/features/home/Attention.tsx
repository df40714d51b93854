import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { api, type Readiness } from '~/api';
import { Section } from '~/design/Section';
import css from './home.module.css';

const POLL_MS = 60_000;

/** Components that are not ready, and unread help requests. */
export function Attention({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const { data: parts } = useQuery({
    queryKey: ['readiness'],
    // 503 with the same content while a component is not ready.
    queryFn: async () => ((await (await fetch('/readyz')).json()) as Readiness).parts,
    refetchInterval: POLL_MS,
  });
  const { data: requests } = useQuery({
    queryKey: ['reports', tenant],
    queryFn: async () => (await api.listDiagnosticsReports({ query: { tenant } })).data.items,
  });
  const names: Record<string, string> = {
    database: t`Database`,
    rtpengine: t`Media relay (rtpengine)`,
    spool: t`Call records`,
    outbox: t`Notifications`,
    disk: t`Disk space`,
  };
  const failing = parts?.filter(({ ok }) => !ok) ?? [];
  const count = requests?.length ?? 0;
  return (
    <Section title={t`Needs attention`}>
      {failing.length === 0 && count === 0 && (
        <Text c="dimmed" size="sm">
          {parts ? <Trans>Everything works.</Trans> : <Trans>Loading…</Trans>}
        </Text>
      )}
      <ul className={css.list} aria-label={t`Needs attention`}>
        {failing.map(({ name, why }) => (
          <li key={name}>
            <Text size="sm" c="red">
              {why ? `${names[name] ?? name}: ${why}` : <Trans>{names[name] ?? name} does not work.</Trans>}
            </Text>
          </li>
        ))}
        {count > 0 && (
          <li>
            <Anchor component={Link} to="/reports" size="sm">
              <Plural value={count} one="# help request" other="# help requests" />
            </Anchor>
          </li>
        )}
      </ul>
    </Section>
  );
}
