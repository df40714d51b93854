import { Badge, Text } from '@mantine/core';
import { IconCalendarClock } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Hours } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { POLL_INTERVAL_MS, usePages } from '~/design/lists';
import type { Column } from '~/design/table';
import { DestinationText, RoutingPage, useDestinationText, useTargets } from '~/features/routing';
import { HoursForm } from './HoursForm';
import { HoursSwitch } from './HoursSwitch';
import { useDays } from './useDays';

/** Opening hours: whether it is open now, and where calls lead then. */
export default function OpeningHours() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const list = usePages<Hours>(['hours', tenant], (cursor) => api.listHours({ query: { tenant, cursor } }), {
    pollMs: POLL_INTERVAL_MS,
  });
  const targets = useTargets(tenant);
  const destination = useDestinationText(targets);
  const days = useDays('short');
  const state = ({ is_open }: Hours) => (is_open ? t`Open` : t`Closed`);
  const weekly = ({ open }: Hours) =>
    open
      .map((text) =>
        text
          .replace(/^\S+/, days)
          .replaceAll('-', '–')
          .replaceAll(/,(?=\d)/g, ', '),
      )
      .join('; ');
  const columns: Column<Hours>[] = [
    { title: t`Name`, value: ({ name }) => name, render: ({ name }) => name },
    {
      title: t`Now`,
      card: 'aside',
      value: state,
      render: (hours) => (
        <Badge variant="dot" color={hours.is_open ? 'teal' : 'gray'}>
          {state(hours)}
        </Badge>
      ),
    },
    { title: t`Weekly hours`, value: weekly, render: (hours) => <Text size="sm">{weekly(hours)}</Text> },
    {
      title: t`While open`,
      card: 'none',
      value: ({ then }) => destination(then),
      render: ({ then }) => <DestinationText destination={then} targets={targets} />,
    },
    {
      title: t`While closed`,
      card: 'none',
      value: ({ otherwise }) => destination(otherwise),
      render: ({ otherwise }) => <DestinationText destination={otherwise} targets={targets} />,
    },
  ];
  return (
    <RoutingPage<Hours>
      title={t`Opening hours`}
      create={t`New opening hours`}
      list={list}
      columns={columns}
      name={({ name }) => name}
      form={(hours, close) => <HoursForm hours={hours} tenant={tenant} onClose={close} />}
      actions={(hours) => <HoursSwitch hours={hours} tenant={tenant} />}
      empty={{
        icon: IconCalendarClock,
        text: (
          <Trans>No opening hours yet. They send calls to your team while you are open, and elsewhere otherwise.</Trans>
        ),
      }}
    />
  );
}
