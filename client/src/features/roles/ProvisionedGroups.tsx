import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type ProvisionedGroup } from '~/api';
import { useChanges } from '~/design/changes';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { ROLE_LISTS, useRoles } from './useRoles';

/** The groups that the identity provider has created, each with the role of its members; nothing without one. */
export function ProvisionedGroups({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const roles = useRoles(tenant).data ?? [];
  const changes = useChanges(ROLE_LISTS);
  const groups = useQuery({
    queryKey: ['provisioned-groups', tenant],
    queryFn: async () => (await api.listProvisionedGroups({ query: { tenant } })).data.items,
  });
  const byId = new Map(roles.map((each) => [each.id, each]));
  const link = (group: ProvisionedGroup, roleId: string | null) =>
    api.linkProvisionedGroup({ path: { group_id: group.id }, query: { tenant }, body: { role_id: roleId } });
  const choose = (group: ProvisionedGroup, roleId: string | null) => {
    const role = byId.get(roleId ?? '')?.name;
    changes.mutate({
      apply: () => link(group, roleId),
      undo: () => link(group, group.role_id),
      message: role
        ? t`The members of ${group.name} have the role ${role}.`
        : t`The members of ${group.name} have no role by this group.`,
    });
  };
  if (!groups.error && !groups.data?.length) return null;
  return (
    <Section
      title={t`Groups of the identity provider`}
      lead={
        <Trans>
          The identity provider decides who is a member. A member has the role of the group until they leave it.
        </Trans>
      }
    >
      {groups.data?.map((group) => (
        <Select
          key={group.id}
          size="md"
          maw="var(--field-width)"
          clearable
          label={group.name}
          description={plural(group.members, { one: '# member', other: '# members' })}
          placeholder={t`No role`}
          disabled={changes.isPending || byId.get(group.role_id ?? '')?.editable === false}
          data={roles.map((each) => ({ value: each.id, label: each.name, disabled: !each.editable }))}
          value={group.role_id}
          onChange={(roleId) => choose(group, roleId)}
        />
      ))}
      <ErrorBar fault={groups.error} retry={groups.refetch} />
      <ErrorNotice fault={changes.error} />
    </Section>
  );
}
