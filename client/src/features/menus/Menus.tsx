import { Text } from '@mantine/core';
import { IconSitemap } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Menu } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { usePages } from '~/design/lists';
import type { Column } from '~/design/table';
import { DestinationText, RoutingPage, useDestinationText, useTargets } from '~/features/routing';
import { MenuForm } from './MenuForm';
import { KEYS } from './model';

/** Menus that callers control with the keys of their telephone. */
export default function Menus() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const list = usePages<Menu>(['menus', tenant], (cursor) => api.listMenus({ query: { tenant, cursor } }));
  const targets = useTargets(tenant);
  const destination = useDestinationText(targets);
  const keys = (menu: Menu) =>
    KEYS.filter((key) => menu.keys[key])
      .map((key) => `${key}: ${destination(menu.keys[key]!)}`)
      .join(', ');
  const columns: Column<Menu>[] = [
    { title: t`Name`, value: ({ name }) => name, render: ({ name }) => name },
    { title: t`Number`, card: 'aside', value: ({ number }) => number, render: ({ number }) => number },
    { title: t`Keys`, value: keys, render: (menu) => <Text size="sm">{keys(menu)}</Text> },
    {
      title: t`After the last attempt`,
      card: 'none',
      value: ({ otherwise }) => destination(otherwise),
      render: ({ otherwise }) => <DestinationText destination={otherwise} targets={targets} />,
    },
  ];
  return (
    <RoutingPage<Menu>
      title={t`Menus`}
      create={t`New menu`}
      list={list}
      columns={columns}
      name={({ name }) => name}
      form={(menu, close) => <MenuForm menu={menu} tenant={tenant} onClose={close} />}
      empty={{
        icon: IconSitemap,
        text: <Trans>No menu yet. Callers hear a prompt and choose with their keys: “For sales, press 1.”</Trans>,
      }}
    />
  );
}
