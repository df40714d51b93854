import { Text } from '@mantine/core';
import { IconUserShield } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type CustomRole } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { usePages } from '~/design/lists';
import type { Column } from '~/design/table';
import { RoutingPage } from '~/features/routing';
import { ProvisionedGroups } from './ProvisionedGroups';
import { RoleForm } from './RoleForm';
import { PERMISSIONS } from './texts';

/** Custom roles: what some people may do beside what every user may. */
export default function Roles() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const list = usePages<CustomRole>(['roles', tenant, 'list'], () => api.listRoles({ query: { tenant } }));
  const permissions = (role: CustomRole) =>
    role.permissions.map((each) => (PERMISSIONS[each] ? t(PERMISSIONS[each].title) : each)).join(', ');
  const columns: Column<CustomRole>[] = [
    { title: t`Name`, value: ({ name }) => name, render: ({ name }) => name },
    { title: t`People`, card: 'aside', value: ({ members }) => members, render: ({ members }) => members },
    { title: t`Permissions`, value: permissions, render: (role) => <Text size="sm">{permissions(role)}</Text> },
  ];
  return (
    <RoutingPage<CustomRole>
      title={t`Roles`}
      create={t`New role`}
      list={list}
      columns={columns}
      name={({ name }) => name}
      form={(role, close) => <RoleForm role={role} tenant={tenant} onClose={close} />}
      empty={{
        icon: IconUserShield,
        text: (
          <Trans>No role yet. A role lets people do a part of what administrators do, for example the helpdesk.</Trans>
        ),
      }}
    >
      <ProvisionedGroups tenant={tenant} />
    </RoutingPage>
  );
}
