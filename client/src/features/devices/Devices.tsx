import { Badge, Button, Group, Menu, Select, Stack, TextInput, UnstyledButton } from '@mantine/core';
import { useForm } from '@mantine/form';
import { modals } from '@mantine/modals';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Device } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { confirmAction } from '~/design/Confirm';
import { usePages, POLL_INTERVAL_MS } from '~/design/lists';
import { formatDate } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { SipLogin } from '~/design/Secret';
import { Table } from '~/design/Table';
import { useValue } from '~/core/store';
import { ExtensionSelect, useExtensions } from '~/features/extensions';

/** Devices that may register, with their state. */
export default function Devices() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const queries = useQueryClient();
  const list = usePages<Device>(['devices', tenant], (cursor) => api.listDevices({ query: { tenant, cursor } }), {
    pollMs: POLL_INTERVAL_MS,
  });
  const extensions = useExtensions(tenant).items;
  const change = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSettled: () => queries.invalidateQueries({ queryKey: ['devices'] }),
  });
  const stateOf = (device: Device): [string, string] => {
    if (!device.enabled) return [t`blocked`, 'red'];
    if (device.registered) return [t`registered`, 'teal'];
    return device.can_be_woken ? [t`asleep, wakes on a call`, 'cyan'] : [t`not registered`, 'gray'];
  };
  const kinds = { phone: t`desk phone`, softphone: t`softphone`, client: t`UnifiCX client` };

  async function renewLogin(device: Device) {
    const confirmed = await confirmAction({
      title: t`New password for ${device.name}?`,
      text: t`The current password stops working immediately.`,
      confirmLabel: t`Create`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    change.mutate(async () => {
      const { data } = await api.renewDeviceLogin({ path: { device_id: device.id }, query: { tenant } });
      modals.open({ title: t`Login for ${device.name}`, children: <SipLogin login={data.sip} /> });
    });
  }

  async function remove(device: Device) {
    const confirmed = await confirmAction({
      title: t`Delete ${device.name}?`,
      text: t`The device can no longer register. Its current call will end.`,
      confirmLabel: t`Delete`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) change.mutate(() => api.deleteDevice({ path: { device_id: device.id }, query: { tenant } }));
  }

  const setEnabled = (device: Device, enabled: boolean) =>
    change.mutate(() => api.updateDevice({ path: { device_id: device.id }, query: { tenant }, body: { enabled } }));

  return (
    <Page
      title={t`Devices`}
      size="xl"
      actions={
        <Button
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => modals.open({ title: t`New device`, children: <NewDevice tenant={tenant} /> })}
        >
          <Trans>New device</Trans>
        </Button>
      }
    >
      <ErrorNotice fault={list.fault ?? change.error} />
      <Table
        label={t`Devices`}
        list={list}
        columns={[
          { title: t`Name`, render: (device) => device.name },
          { title: t`Extension`, render: (device) => extensions.find(({ id }) => id === device.extension_id)?.number },
          { title: t`Type`, render: (device) => kinds[device.kind] },
          { title: t`Last used`, render: (device) => (device.last_used ? formatDate(device.last_used) : t`Never`) },
          {
            title: t`State`,
            render: (device) => {
              const [text, colour] = stateOf(device);
              return (
                <Badge variant="dot" color={colour}>
                  {text}
                </Badge>
              );
            },
          },
        ]}
        actions={(device) => (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <UnstyledButton p={13} lh={0} aria-label={t`Actions for ${device.name}`}>
                <IconDots size={18} aria-hidden />
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              {device.kind !== 'client' && (
                <Menu.Item onClick={() => void renewLogin(device)}>
                  <Trans>New password</Trans>
                </Menu.Item>
              )}
              <Menu.Item onClick={() => setEnabled(device, !device.enabled)}>
                {device.enabled ? <Trans>Block</Trans> : <Trans>Unblock</Trans>}
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item color="red" onClick={() => void remove(device)}>
                <Trans>Delete</Trans>
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
        empty={<Trans>No devices yet.</Trans>}
      />
    </Page>
  );
}

function NewDevice({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { extension: '', name: '', kind: 'phone' as Device['kind'] },
    validate: {
      extension: (value) => (value ? null : t`Select an extension.`),
      name: (value) => (value.trim() ? null : t`Enter a name.`),
    },
  });
  const create = useMutation({
    mutationFn: async (values: typeof form.values) =>
      (await api.createDevice({ query: { tenant }, body: values })).data.sip,
    onSuccess: (login) => {
      modals.closeAll();
      modals.open({ title: t`Login for the phone`, children: <SipLogin login={login} /> });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['devices'] }),
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack>
        <ErrorNotice fault={create.error} />
        <ExtensionSelect tenant={tenant} required {...form.getInputProps('extension')} />
        <TextInput label={t`Name`} placeholder={t`Desk phone, ground floor`} required {...form.getInputProps('name')} />
        <Select
          label={t`Type`}
          allowDeselect={false}
          data={[
            { value: 'phone', label: t`desk phone` },
            { value: 'softphone', label: t`softphone` },
          ]}
          {...form.getInputProps('kind')}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            <Trans>Add</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
