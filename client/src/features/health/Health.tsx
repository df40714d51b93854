import { Anchor, Badge, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { api, type HealthCheck, type TenantFigures } from '~/api';
import { fileSize } from '~/design/file-size';
import { usePages } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';
import { Page } from '~/design/Page';
import { Row, Rows } from '~/design/Rows';
import { Section } from '~/design/Section';
import { SkeletonRows } from '~/design/SkeletonRows';
import { DataTable, type Column } from '~/design/table';
import { ACTIONS, NAMES } from './texts';

const POLL_MS = 10_000;
const ORDER = { fail: 0, warn: 1, ok: 2 };
const COLOURS = { fail: 'red', warn: 'orange', ok: 'teal' };
const ICONS = { fail: IconCircleX, warn: IconAlertTriangle, ok: IconCircleCheck };

/** The parts of the installation, the ones with a fault first, and the organisations in numbers. For operators. */
export default function Health() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['installation-health'],
    queryFn: async () => (await api.showHealth()).data.checks,
    refetchInterval: POLL_MS,
  });
  const checks = [...(data ?? [])].sort((one, other) => ORDER[one.state] - ORDER[other.state]);
  return (
    <Page title={t`Health`} size="lg">
      <ErrorBar fault={error} retry={refetch} />
      {!data && !error && <SkeletonRows rows={20} />}
      {data && (
        <Section title={t`Parts of the server`}>
          <Rows label={t`Parts of the server`}>
            {checks.map((check) => (
              <Part key={check.name} check={check} />
            ))}
          </Rows>
        </Section>
      )}
      {!error && <Tenants />}
    </Page>
  );
}

function Part({ check }: { check: HealthCheck }) {
  const { t } = useLingui();
  const states = { fail: t`Fault`, warn: t`Look at it`, ok: t`Works` };
  const Shape = ICONS[check.state];
  const action = check.state !== 'ok' && ACTIONS[check.name];
  return (
    <Row
      icon={<Shape size={20} color={`var(--mantine-color-${COLOURS[check.state]}-filled)`} aria-hidden />}
      trailing={
        <Badge variant="dot" miw="max-content" color={COLOURS[check.state]}>
          {states[check.state]}
        </Badge>
      }
    >
      <Text fw={500}>{t(NAMES[check.name])}</Text>
      <Text size="sm" c="dimmed" component="div">
        <Value check={check} />
      </Text>
      {action && (
        <Text size="sm" component="div">
          {t(action)}{' '}
          {check.name === 'backup' && (
            <Anchor component={Link} to={'/backups' as string} size="sm" underline="always">
              <Trans>Backups</Trans>
            </Anchor>
          )}
        </Text>
      )}
    </Row>
  );
}

function Value({ check: { name, value } }: { check: HealthCheck }) {
  const { i18n } = useLingui();
  if (value === null) return null;
  const number = i18n.number(value);
  switch (name) {
    case 'sip':
      return plural(value, { one: '# address', other: '# addresses' });
    case 'disk':
      return <Trans>{fileSize(value)} free</Trans>;
    case 'certificate':
      return plural(value, { one: 'valid for # more day', other: 'valid for # more days' });
    case 'backup':
      return plural(value, { one: 'the newest is # hour old', other: 'the newest is # hours old' });
    case 'sweeps':
      return plural(value, { one: '# hour late', other: '# hours late' });
    default:
      return number;
  }
}

function Tenants() {
  const { t, i18n } = useLingui();
  const list = usePages<TenantFigures>(
    ['installation-tenants'],
    (cursor) => api.listTenantFigures({ query: { cursor } }),
    { pollMs: POLL_MS },
  );
  const number = (title: string, value: (each: TenantFigures) => number): Column<TenantFigures> => ({
    title,
    numeric: true,
    value,
    render: (each) => i18n.number(value(each)),
  });
  const columns: Column<TenantFigures>[] = [
    { title: t`Organisation`, value: ({ name }) => name, render: ({ name }) => <bdi>{name}</bdi> },
    { title: t`Plan`, value: ({ plan }) => plan ?? '', render: ({ plan }) => plan ?? '–' },
    {
      title: t`State`,
      value: ({ state }) => state,
      render: ({ state }) => (state === 'active' ? t`active` : t`suspended`),
    },
    number(t`People`, ({ people }) => people),
    number(t`Extensions`, ({ extensions }) => extensions),
    number(t`Calls now`, ({ live_calls }) => live_calls),
  ];
  return (
    <Section
      title={t`Organisations`}
      lead={<Trans>In numbers only: names and calls of people are shown with the consent of their organisation.</Trans>}
    >
      <DataTable<TenantFigures>
        label={t`Figures`}
        list={list}
        columns={columns}
        empty={<Text size="sm">{t`No organisation yet.`}</Text>}
      />
    </Section>
  );
}
