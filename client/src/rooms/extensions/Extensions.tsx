import { Button, Group, NumberInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { modals } from '@mantine/modals';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Extension } from '~/api';
import { organisation } from '~/api/organisation';
import { ask } from '~/design/Ask';
import { usePages } from '~/design/lists';
import { Fault } from '~/design/Notice';
import { Page } from '~/design/Page';
import { SipLogin } from '~/design/Secret';
import { Table } from '~/design/Table';
import { useValue } from '~/kernel/store';

/** The numbers of the organisation. */
export default function Extensions() {
  const { t } = useLingui();
  const tenant = useValue(organisation, (each) => each.chosen?.id);
  const queries = useQueryClient();
  const { items, fault, more, loading } = usePages<Extension>(['extensions', tenant], (cursor) =>
    api.listExtensions({ query: { tenant, cursor } }),
  );
  const remove = useMutation({
    mutationFn: (one: Extension) => api.deleteExtension({ path: { extension: one.id }, query: { tenant } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['extensions'] }),
  });

  async function askAndRemove(one: Extension) {
    const sure = await ask({
      title: t`Delete extension ${one.number}?`,
      text: t`Its phones stop working now. Its calls stay in the history.`,
      yes: t`Delete`,
      no: t`Leave it`,
    });
    if (sure) remove.mutate(one);
  }

  function edit(one?: Extension) {
    modals.open({
      title: one ? t`Extension ${one.number}` : t`New extension`,
      children: <EditExtension tenant={tenant} extension={one} />,
    });
  }

  return (
    <Page
      title={t`Extensions`}
      size="xl"
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => edit()}>
          <Trans>New extension</Trans>
        </Button>
      }
    >
      <Fault fault={fault ?? remove.error} />
      <Table
        label={t`Extensions`}
        items={items}
        columns={[
          { title: t`Number`, show: (one) => one.number },
          { title: t`Name`, show: (one) => one.name },
          { title: t`Rings for`, numeric: true, show: (one) => t`${one.ring_seconds} s` },
          { title: t`Longest call`, numeric: true, show: (one) => t`${Math.round(one.max_call_seconds / 60)} min` },
        ]}
        actions={(one) => (
          <>
            <Button size="xs" variant="default" onClick={() => edit(one)} aria-label={t`Change ${one.number}`}>
              <Trans>Change</Trans>
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => void askAndRemove(one)}
              aria-label={t`Delete ${one.number}`}
            >
              <Trans>Delete</Trans>
            </Button>
          </>
        )}
        empty={<Trans>There are no extensions yet.</Trans>}
        loading={loading}
        more={more}
      />
    </Page>
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
      number: (value) => (/^[0-9]{2,8}$/.test(value) ? null : t`Two to eight digits.`),
      name: (value) => (value.trim() ? null : t`A name, please.`),
    },
  });
  const save = useMutation({
    mutationFn: async ({ number, email, ...rest }: typeof form.values) => {
      if (extension) {
        await api.updateExtension({ path: { extension: extension.id }, query: { tenant }, body: rest });
        return undefined;
      }
      const { data } = await api.createExtension({ query: { tenant }, body: { number, email, ...rest } });
      return data.sip;
    },
    onSuccess: (login) => {
      modals.closeAll();
      if (login) modals.open({ title: t`Login for its first phone`, children: <SipLogin login={login} /> });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['extensions'] }),
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack>
        <Fault fault={save.error} />
        <TextInput
          label={t`Number`}
          inputMode="numeric"
          disabled={Boolean(extension)}
          required
          data-autofocus
          {...form.getInputProps('number')}
        />
        <TextInput label={t`Name`} description={t`What phones show.`} required {...form.getInputProps('name')} />
        {!extension && (
          <TextInput
            label={t`E-mail of its person`}
            description={t`Left empty, it belongs to nobody: a lobby, a door.`}
            type="email"
            {...form.getInputProps('email')}
          />
        )}
        <Group grow>
          <NumberInput label={t`Rings for (seconds)`} min={5} max={300} {...form.getInputProps('ring_seconds')} />
          <NumberInput
            label={t`Longest call (seconds)`}
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
