import {
  Badge,
  Button,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useFieldChecks } from '~/design/useFieldChecks';
import { api, type Room } from '~/api';
import { useReloadOnEvent } from '~/api/useReloadOnEvent';
import { tenantSelection } from '~/api/tenant-selection';
import { confirmAction } from '~/design/Confirm';
import { changedFields, useFormErrors } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';
import { useCrudList } from '~/design/crud-list';
import { hasTools } from '~/design/lists';
import { Page } from '~/design/Page';
import { DataTable } from '~/design/table';
import { EmptyState } from '~/design/EmptyState';
import { useValue } from '~/core/store';
import { closeDialogs } from '~/design/dialogs';
import { conditionOf } from '~/features/routing';

/** Conference rooms of the tenant and their current meetings. */
export default function PortalRooms() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const queries = useQueryClient();
  const rooms = useCrudList<Room>({
    queryKey: ['rooms', tenant],
    load: (cursor) => api.listRooms({ query: { tenant, cursor } }),
    remove: ({ id, version }) =>
      api.deleteRoom({ path: { room: id }, query: { tenant }, headers: conditionOf(version) }),
    deleteConfirmation: (one) => ({
      title: t`Delete room ${one.number}?`,
      text: t`Participants will be disconnected.`,
    }),
    form: (one) => ({
      title: one ? t`Room ${one.number}` : t`New room`,
      children: <EditRoom tenant={tenant} room={one} />,
    }),
  });
  useReloadOnEvent('room', 'rooms');
  const end = useMutation({
    mutationFn: (one: Room) => api.endMeeting({ path: { room: one.id }, query: { tenant } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['rooms'] }),
  });

  async function confirmAndEnd(one: Room) {
    const confirmed = await confirmAction({
      title: t`End the conference for everyone?`,
      text: t`Everyone in the room will be disconnected.`,
      confirmLabel: t`End`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) end.mutate(one);
  }

  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={rooms.add}>
      <Trans>New room</Trans>
    </Button>
  );
  return (
    <Page title={t`Rooms`} size="xl" actions={hasTools(rooms.list) && add}>
      <ErrorNotice fault={rooms.removalFault ?? end.error} />
      <DataTable
        list={rooms.list}
        label={t`Rooms`}
        exportable
        columns={[
          { title: t`Name`, render: (one) => one.name, value: (one) => one.name },
          { title: t`Number`, render: (one) => one.number, value: (one) => one.number },
          {
            title: t`Hosts`,
            render: (one) => one.hosts.join(', '),
            value: (one) => one.hosts.join(', '),
            card: 'none',
          },
          {
            title: t`PIN`,
            render: (one) => (one.has_pin ? t`yes` : t`no`),
            value: (one) => (one.has_pin ? t`yes` : t`no`),
            card: 'none',
          },
          {
            title: t`Now`,
            card: 'aside',
            value: (one) => one.meeting?.participants ?? 0,
            render: (one) =>
              one.meeting ? (
                <Badge variant="dot" color="teal">
                  <Plural value={one.meeting.participants} one="# person" other="# people" />
                </Badge>
              ) : (
                <Trans>empty</Trans>
              ),
          },
        ]}
        actions={(one) => (
          <>
            {one.meeting && (
              <Button
                size="xs"
                variant="default"
                aria-label={t`End the conference in ${one.number}`}
                onClick={() => void confirmAndEnd(one)}
              >
                <Trans>End</Trans>
              </Button>
            )}
            {rooms.actions(one)}
          </>
        )}
        empty={
          <EmptyState
            icon={IconUsersGroup}
            text={<Trans>No room yet. People meet in it for a conference by calling its number.</Trans>}
            action={add}
          />
        }
      />
    </Page>
  );
}

function EditRoom({ tenant, room }: { tenant?: string; room?: Room }) {
  const { t } = useLingui();
  const checks = useFieldChecks();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      number: room?.number ?? '',
      name: room?.name ?? '',
      hosts: room?.hosts ?? [],
      pin: '',
      host_pin: '',
      announce: room?.announce ?? ('tones' as Room['announce']),
      most: room?.most ?? 200,
      wait_for_host: room?.wait_for_host ?? false,
      lobby: room?.lobby ?? false,
      muted_on_entry: room?.muted_on_entry ?? false,
      locked: room?.locked ?? false,
      may_record: room?.may_record ?? false,
    },
    validate: {
      number: checks.number,
      name: checks.name,
      pin: checks.pin,
      host_pin: checks.pin,
    },
  });
  const save = useMutation({
    mutationFn: async ({ number, pin, host_pin, ...rest }: typeof form.values) => {
      // Empty keeps the current PIN, which is never shown.
      const body = { ...rest, ...(pin && { pin }), ...(host_pin && { host_pin }) };
      if (room) {
        const change = changedFields(form, body);
        // Other fields that others have changed stay as they are; the list of hosts is replaced as a whole.
        const headers = 'hosts' in change ? conditionOf(room.version) : undefined;
        await api.updateRoom({ path: { room: room.id }, query: { tenant }, body: change, headers });
      } else await api.createRoom({ query: { tenant }, body: { number, ...body } });
    },
    onSuccess: closeDialogs,
    onSettled: () => queries.invalidateQueries({ queryKey: ['rooms'] }),
  });
  const { element, fail, fault } = useFormErrors(form, save.error);
  const removePins = useMutation({
    mutationFn: () => api.updateRoom({ path: { room: room!.id }, query: { tenant }, body: { pin: '', host_pin: '' } }),
    onSuccess: closeDialogs,
    onSettled: () => queries.invalidateQueries({ queryKey: ['rooms'] }),
  });
  const visibilityToggle = { 'aria-label': t`Show or hide PIN` };
  return (
    <form ref={element} onSubmit={form.onSubmit((values) => save.mutate(values), fail)} noValidate>
      <Stack>
        <ErrorNotice fault={fault ?? removePins.error} />
        <TextInput
          label={t`Number`}
          inputMode="numeric"
          disabled={Boolean(room)}
          required
          data-autofocus={!room || undefined}
          {...form.getInputProps('number')}
        />
        <TextInput
          label={t`Name`}
          required
          data-autofocus={Boolean(room) || undefined}
          {...form.getInputProps('name')}
        />
        <TagsInput
          label={t`Hosts`}
          description={t`Extensions that join as hosts without a PIN.`}
          clearButtonProps={{ 'aria-label': t`Remove all` }}
          {...form.getInputProps('hosts')}
        />
        <Group grow align="flex-start">
          <PasswordInput
            label={t`PIN`}
            description={room?.has_pin ? t`PIN set. Leave empty to keep it.` : t`Leave empty to allow everyone.`}
            inputMode="numeric"
            autoComplete="off"
            visibilityToggleButtonProps={visibilityToggle}
            {...form.getInputProps('pin')}
          />
          <PasswordInput
            label={t`Host PIN`}
            description={room?.has_host_pin ? t`PIN set. Leave empty to keep it.` : t`Required to join as host.`}
            inputMode="numeric"
            autoComplete="off"
            visibilityToggleButtonProps={visibilityToggle}
            {...form.getInputProps('host_pin')}
          />
        </Group>
        <Select
          label={t`Entry and exit sounds`}
          allowDeselect={false}
          data={[
            { value: 'tones', label: t`Tones` },
            { value: 'names', label: t`Names` },
            { value: 'nothing', label: t`None` },
          ]}
          {...form.getInputProps('announce')}
        />
        <NumberInput label={t`Maximum participants`} min={2} max={500} {...form.getInputProps('most')} />
        <Switch label={t`Everyone waits until admitted`} {...form.getInputProps('lobby', { type: 'checkbox' })} />
        <Switch label={t`Guests wait for a host`} {...form.getInputProps('wait_for_host', { type: 'checkbox' })} />
        <Switch label={t`Mute participants on entry`} {...form.getInputProps('muted_on_entry', { type: 'checkbox' })} />
        <Switch label={t`Lock until a host unlocks it`} {...form.getInputProps('locked', { type: 'checkbox' })} />
        <Switch label={t`Hosts may record`} {...form.getInputProps('may_record', { type: 'checkbox' })} />
        <Group justify="space-between">
          {room && (room.has_pin || room.has_host_pin) ? (
            <Button variant="default" loading={removePins.isPending} onClick={() => removePins.mutate()}>
              <Trans>Remove PINs</Trans>
            </Button>
          ) : (
            <span />
          )}
          <Button type="submit" loading={save.isPending}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
