import { Checkbox, Fieldset, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type CustomRole, type NewCustomRole, type Permission } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { useFieldChecks } from '~/design/useFieldChecks';
import { conditionOf, EditForm, savingChange } from '~/features/routing';
import { switched } from './model';
import { RoleMembers } from './RoleMembers';
import { AREAS, PERMISSIONS } from './texts';
import { ROLE_LISTS, usePermissions, useRoles } from './useRoles';

interface RoleFormProps {
  role?: CustomRole;
  tenant?: string;
  onClose: () => void;
}

/** Makes or changes a role. Those who do not have all of its permissions themselves only see it. */
export function RoleForm({ role, tenant, onClose }: RoleFormProps) {
  const { t } = useLingui();
  const checks = useFieldChecks();
  const permissions = usePermissions(tenant);
  const roles = useRoles(tenant);
  const all = permissions.data ?? [];
  const others = (roles.data ?? []).filter((each) => each.id !== role?.id && each.editable);
  const [replacement, setReplacement] = useState<string | null>(null);
  const form = useForm<NewCustomRole>({
    initialValues: { name: role?.name ?? '', permissions: (role?.permissions ?? []) as NewCustomRole['permissions'] },
    validate: {
      name: checks.name,
      permissions: (chosen) => (chosen.length > 0 ? null : t`Choose at least one permission.`),
    },
  });
  const query = { tenant };
  const name = form.values.name.trim();
  const choose = (permission: string, on: boolean) =>
    form.setFieldValue(
      'permissions',
      switched(form.values.permissions, permission, on, all) as NewCustomRole['permissions'],
    );
  return (
    <EditForm
      form={form}
      tenant={tenant}
      affected={ROLE_LISTS}
      onClose={onClose}
      change={(values) =>
        savingChange<NewCustomRole>(
          {
            id: role?.id,
            version: role?.version,
            before: form.getInitialValues(),
            after: { ...values, name },
            message: t`The role ${name} is saved.`,
          },
          {
            create: (body) => api.createRole({ query, body }),
            update: (id, body, headers) => api.updateRole({ path: { role_id: id }, query, body, headers }),
            remove: (id, headers) => api.deleteRole({ path: { role_id: id }, query, headers }),
          },
        )
      }
      removal={
        role && {
          title: t`Delete the role ${role.name}?`,
          text: plural(role.members, {
            0: 'No person has it.',
            one: '# person loses its permissions.',
            other: '# people lose its permissions.',
          }),
          change: {
            apply: () =>
              api.deleteRole({
                path: { role_id: role.id },
                query: { tenant, replacement: replacement ?? undefined },
                headers: conditionOf(role.version),
              }),
            message: t`The role ${role.name} is deleted.`,
          },
        }
      }
    >
      <TextInput size="md" label={t`Name`} maxLength={60} required {...form.getInputProps('name')} />
      <ErrorBar fault={permissions.error} retry={permissions.refetch} />
      {permissions.isPending && <SkeletonBlock height={200} />}
      {(permissions.data ? (Object.keys(AREAS) as Permission['area'][]) : []).map((area) => (
        <Fieldset key={area} legend={t(AREAS[area])}>
          <Stack gap="sm">
            {all
              .filter((each) => each.area === area)
              .map((each) => (
                <Checkbox
                  key={each.name}
                  label={PERMISSIONS[each.name] ? t(PERMISSIONS[each.name]!.title) : each.name}
                  description={PERMISSIONS[each.name] && t(PERMISSIONS[each.name]!.explanation)}
                  disabled={!each.own}
                  checked={(form.values.permissions as string[]).includes(each.name)}
                  onChange={(event) => choose(each.name, event.currentTarget.checked)}
                />
              ))}
          </Stack>
        </Fieldset>
      ))}
      {form.errors['permissions'] && (
        <Text c="red" size="sm" role="alert" tabIndex={-1}>
          {form.errors['permissions']}
        </Text>
      )}
      {role && role.members + role.groups.length > 0 && (
        <>
          <ErrorBar fault={roles.error} retry={roles.refetch} />
          {role.members > 0 && <RoleMembers role={role} tenant={tenant} />}
          <Select
            size="md"
            clearable
            label={t`Replacement if you delete this role`}
            description={t`The people and groups that have it get this role instead.`}
            placeholder={t`None`}
            data={others.map((each) => ({ value: each.id, label: each.name }))}
            value={replacement}
            onChange={setReplacement}
          />
        </>
      )}
      {role && !role.editable && (
        <Text size="sm" c="dimmed">
          <Trans>This role has more permissions than you, so you cannot change it.</Trans>
        </Text>
      )}
    </EditForm>
  );
}
