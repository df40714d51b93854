import { MultiSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type CustomRole } from '~/api';
import { useMay } from '~/api/session';
import { useChanges } from '~/design/changes';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { ROLE_LISTS, useRoles } from './useRoles';

interface PersonRolesProps {
  person: { id: string; name: string };
  tenant?: string;
}

/** The custom roles of a person; nothing while the organisation has none. */
export function PersonRoles({ person, tenant }: PersonRolesProps) {
  const may = useMay();
  return may('roles_change') ? <Picker person={person} tenant={tenant} /> : null;
}

function Picker({ person, tenant }: PersonRolesProps) {
  const { t } = useLingui();
  const roles = useRoles(tenant).data ?? [];
  const changes = useChanges(ROLE_LISTS);
  const own = useQuery({
    queryKey: ['person-roles', tenant, person.id],
    queryFn: async () => (await api.listPersonRoles({ path: { person_id: person.id }, query: { tenant } })).data.items,
  });
  const value = (own.data ?? []).filter(({ given }) => given).map(({ id }) => id);
  const byGroup = (own.data ?? []).filter(({ given }) => !given).map(({ name }) => name);
  const byId = new Map(roles.map((each) => [each.id, each]));
  const change = (chosen: string[]) => {
    const role = byId.get(
      [...chosen.filter((id) => !value.includes(id)), ...value.filter((id) => !chosen.includes(id))][0] ?? '',
    );
    if (role) changes.mutate(changeOf(role, chosen.includes(role.id)));
  };
  const changeOf = (role: CustomRole, given: boolean) => {
    const request = { path: { role_id: role.id, person_id: person.id }, query: { tenant } };
    const give = () => api.giveRole(request);
    const withdraw = () => api.withdrawRole(request);
    return given
      ? { apply: give, undo: withdraw, message: t`${person.name} has the role ${role.name}.` }
      : { apply: withdraw, undo: give, message: t`${person.name} no longer has the role ${role.name}.` };
  };
  if (roles.length === 0) return null;
  return (
    <>
      <MultiSelect
        size="md"
        maw="var(--field-width)"
        label={t`Roles`}
        searchable
        description={t`Permissions beside those of every user.`}
        disabled={changes.isPending || !own.data}
        data={roles.map((each) => ({ value: each.id, label: each.name, disabled: !each.editable }))}
        value={value}
        onChange={change}
      />
      {byGroup.length > 0 && (
        <Text size="sm" c="dimmed">
          <Trans>By groups of the identity provider: {byGroup.join(', ')}.</Trans>
        </Text>
      )}
      <ErrorBar fault={own.error} retry={own.refetch} />
      <ErrorNotice fault={changes.error} />
    </>
  );
}
