import { Badge, Button, Group, NumberInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { modals } from '@mantine/modals';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Extension, type ExtensionNow } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { changedFields } from '~/design/forms';
import { POLL_INTERVAL_MS } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { useCrudList } from '~/design/crud-list';
import { Page } from '~/design/Page';
import { SipLogin } from '~/design/Secret';
import { Table } from '~/design/Table';
import { useValue } from '~/core/store';

/** Extensions of the tenant and whether a device is reachable. */
export default function Extensions() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const extensions = useCrudList<ExtensionNow>({
    pollMs: POLL_INTERVAL_MS,
    queryKey: ['extensions', tenant],
    load: (cursor) => api.listExtensions({ query: { tenant, cursor } }),
    remove: (one) => api.deleteExtension({ path: { extension: one.id }, query: { tenant } }),
    deleteConfirmation: (one) => ({
      title: t`Delete extension ${one.number}?`,
      text: t`Its phones stop working immediately. The call history is kept.`,
    }),
    form: (one) => ({
      title: one ? t`Extension ${one.number}` : t`New extension`,
      children: <EditExtension tenant={tenant} extension={one} />,
    }),
  });
  return (
    <Page
      title={t`Extensions`}
      size="xl"
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={extensions.add}>
          <Trans>New extension</Trans>
        </Button>
      }
    >
      <ErrorNotice fault={extensions.fault} />
      <Table
        list={extensions.list}
        label={t`Extensions`}
        columns={[
          { title: t`Number`, render: (one) => one.number },
          { title: t`Name`, render: (one) => one.name },
          { title: t`Devices`, render: (one) => <Reachability devices={one.devices} reachable={one.reachable} /> },
          { title: t`Ring time`, numeric: true, render: (one) => t`${one.ring_seconds} s` },
          {
            title: t`Maximum duration`,
            numeric: true,
            render: (one) => t`${Math.round(one.max_call_seconds / 60)} min`,
          },
        ]}
        actions={extensions.actions}
        empty={<Trans>No extensions yet.</Trans>}
      />
    </Page>
  );
}

/** How many devices a call would ring. */
function Reachability({ devices, reachable }: { devices: number; reachable: number }) {
  const { t } = useLingui();
  return (
    <Badge variant="dot" color={reachable ? 'teal' : 'gray'}>
      {reachable ? t`${reachable} of ${devices} reachable` : t`not reachable`}
    </Badge>
  );
}

function EditExtension({ tenant, extension }: { tenant?: string; extension?: Extension }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      number: extension?.number ?? '',
      name: extension?.name ?? '',
      email: '',
      ring_seconds: extension?.ring_seconds ?? 30,
      max_call_seconds: extension?.max_call_seconds ?? 10_800,
    },
    validate: {
      number: (value) => (/^[0-9]{2,8}$/.test(value) ? null : t`Enter two to eight digits.`),
      name: (value) => (value.trim() ? null : t`Enter a name.`),
    },
  });
  const save = useMutation({
    mutationFn: async ({ number, email, ...rest }: typeof form.values) => {
      if (extension) {
        await api.updateExtension({
          path: { extension: extension.id },
          query: { tenant },
          body: changedFields(form, rest),
        });
        return undefined;
      }
      const { data } = await api.createExtension({ query: { tenant }, body: { number, email, ...rest } });
      return data.sip;
    },
    onSuccess: (login) => {
      modals.closeAll();
      if (login) modals.open({ title: t`Login for the first phone`, children: <SipLogin login={login} /> });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['extensions'] }),
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack>
        <ErrorNotice fault={save.error} />
        <TextInput
          label={t`Number`}
          inputMode="numeric"
          disabled={Boolean(extension)}
          required
          data-autofocus
          {...form.getInputProps('number')}
        />
        <TextInput label={t`Name`} description={t`Shown on phones.`} required {...form.getInputProps('name')} />
        {!extension && (
          <TextInput
            label={t`E-mail of the owner`}
            description={t`Leave empty for a shared phone, for example in the lobby.`}
            type="email"
            {...form.getInputProps('email')}
          />
        )}
        <Group grow>
          <NumberInput label={t`Ring time (seconds)`} min={5} max={300} {...form.getInputProps('ring_seconds')} />
          <NumberInput
            label={t`Maximum duration (seconds)`}
            min={60}
            max={86_400}
            {...form.getInputProps('max_call_seconds')}
          />
        </Group>
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
