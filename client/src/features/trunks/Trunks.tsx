import { Badge } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Trunk } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { formatDateTime } from '~/design/dates';
import { POLL_INTERVAL_MS, usePages } from '~/design/lists';
import { type Column } from '~/design/table';
import { RoutingPage } from '~/features/routing';
import { reasonOf, STATES } from './texts';
import { TrunkForm } from './TrunkForm';
import { UnknownNumber } from './UnknownNumber';

/** Connections to carriers, with their state. */
export default function Trunks() {
  const { t, i18n } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const list = usePages<Trunk>(['trunks', tenant], (cursor) => api.listTrunks({ query: { tenant, cursor } }), {
    pollMs: POLL_INTERVAL_MS,
  });
  const columns: Column<Trunk>[] = [
    { title: t`Name`, value: ({ name }) => name, render: ({ name }) => name },
    {
      title: t`State`,
      card: 'aside',
      value: ({ state }) => i18n._(STATES[state].text),
      render: ({ state }) => (
        <Badge variant="dot" miw="max-content" color={STATES[state].colour}>
          {i18n._(STATES[state].text)}
        </Badge>
      ),
    },
    {
      title: t`Since`,
      card: 'none',
      value: ({ since }) => since,
      render: ({ since }) => formatDateTime(since),
    },
    {
      title: t`Last error`,
      render: (trunk) => {
        const reason = reasonOf(trunk);
        return reason ? i18n._(reason) : trunk.unknown_number && <UnknownNumber calls={trunk.unknown_number} />;
      },
    },
    {
      title: t`Server`,
      value: ({ server }) => server,
      render: ({ server, transport }) => `${server} (${transport.toUpperCase()})`,
    },
    {
      title: t`Maximum calls`,
      optional: true,
      numeric: true,
      card: 'none',
      value: ({ max_calls }) => max_calls,
      render: ({ max_calls }) => max_calls ?? '–',
    },
  ];
  return (
    <RoutingPage<Trunk>
      title={t`Trunks`}
      create={t`New trunk`}
      list={list}
      columns={columns}
      name={({ name }) => t`Trunk ${name}`}
      form={(trunk, close) => <TrunkForm trunk={trunk} tenant={tenant} onClose={close} />}
      empty={{
        icon: IconPlugConnected,
        text: <Trans>No trunk yet. A trunk connects you to a carrier, for calls with the outside.</Trans>,
      }}
    />
  );
}
