import { Badge } from '@mantine/core';
import { IconFileImport, IconNumbers } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type PublicNumber } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { usePages } from '~/design/lists';
import { ToolButton, type Column } from '~/design/table';
import { RoutingPage, useDestinationText, useTargets } from '~/features/routing';
import { STATES, useTrunks } from '~/features/trunks';
import { DestinationCell } from './DestinationCell';
import { ImportNumbers } from './ImportNumbers';
import { trunkOf } from './model';
import { NumberForm } from './NumberForm';

/** Public numbers, where their calls lead, and the state of their trunks. */
export default function Numbers() {
  const { t, i18n } = useLingui();
  const [importing, setImporting] = useState(false);
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const list = usePages<PublicNumber>(['numbers', tenant], (cursor) => api.listNumbers({ query: { tenant, cursor } }));
  const trunks = useTrunks(tenant).items;
  const targets = useTargets(tenant);
  const text = useDestinationText(targets);
  const state = (number: PublicNumber) => {
    const trunk = trunkOf(number, trunks);
    return trunk && STATES[trunk.state];
  };
  const columns: Column<PublicNumber>[] = [
    {
      title: t`Number`,
      value: ({ display, number }) => `${display} ${number}`,
      render: ({ display }) => <span className="tabular">{display}</span>,
    },
    {
      title: t`Destination`,
      value: ({ destination }) => text(destination),
      render: (number) => <DestinationCell number={number} targets={targets} tenant={tenant} />,
    },
    {
      title: t`Description`,
      optional: true,
      value: ({ description }) => description,
      render: ({ description }) => description,
    },
    { title: t`Trunk`, card: 'none', value: ({ trunk }) => trunk, render: ({ trunk }) => trunk },
    {
      title: t`State`,
      card: 'aside',
      value: (number) => {
        const shown = state(number);
        return shown && i18n._(shown.text);
      },
      render: (number) => {
        const shown = state(number);
        return (
          shown && (
            <Badge variant="dot" miw="max-content" color={shown.colour}>
              {i18n._(shown.text)}
            </Badge>
          )
        );
      },
    },
  ];
  return (
    <>
      <RoutingPage<PublicNumber>
        title={t({ message: 'Numbers', context: 'public numbers' })}
        create={t`New number`}
        list={list}
        columns={columns}
        name={({ display }) => display}
        tools={
          <ToolButton icon={IconFileImport} onClick={() => setImporting(true)}>
            <Trans>Import CSV</Trans>
          </ToolButton>
        }
        form={(number, close) => <NumberForm number={number} tenant={tenant} onClose={close} />}
        empty={{
          icon: IconNumbers,
          text: <Trans>No number yet. Enter the numbers of your carrier, and say where their calls lead.</Trans>,
        }}
      />
      <ImportNumbers opened={importing} onClose={() => setImporting(false)} tenant={tenant} />
    </>
  );
}
