import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Device, type NewPhoneKey, type PhoneSettings } from '~/api';
import { asProblem } from '~/core/problem';
import { formatDate, formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { useFormErrors } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { CopyRows } from './CopyRows';
import { PhoneKeys } from './PhoneKeys';

interface PhoneSetupProps {
  device: Device;
  tenant?: string;
}

/** Has a desk phone fetch its settings: maker, MAC address, keys, and the address to enter in the phone. */
export function PhoneSetup({ device, tenant }: PhoneSetupProps) {
  const which = { path: { device_id: device.id }, query: { tenant } };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['phone-settings', tenant, device.id],
    queryFn: async () => {
      try {
        return (await api.showPhoneSettings(which)).data;
      } catch (fault) {
        if (asProblem(fault).status === 404) return null;
        throw fault;
      }
    },
    refetchOnWindowFocus: false,
  });
  if (isPending) return <SkeletonBlock height={240} />;
  if (error) return <ErrorBar fault={error} retry={refetch} />;
  return <SetupForm device={device} tenant={tenant} settings={data} />;
}

function SetupForm({ device, tenant, settings }: PhoneSetupProps & { settings: PhoneSettings | null }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const which = { path: { device_id: device.id }, query: { tenant } };
  const form = useForm({
    initialValues: {
      maker: settings?.maker ?? 'yealink',
      mac: settings?.mac ?? '',
      keys: (settings?.keys ?? []) as NewPhoneKey[],
    },
    validate: {
      mac: (value) =>
        /^[0-9a-f]{12}$/i.test(value.replace(/[ :.-]/g, '')) ? null : t`Enter the 12 characters on the phone's label.`,
    },
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ['phone-settings'] });
  const save = useMutation({
    mutationFn: async (values: typeof form.values) => {
      const keys = values.keys.filter(({ number }) => number.trim());
      await api.changePhoneSettings({ ...which, body: { ...values, keys } });
      if (device.registered && settings?.last_fetched) await api.checkSync({ ...which, body: { reboot: false } });
    },
    onSettled: refresh,
  });
  const link = useMutation({
    mutationFn: async () => (await api.createPhoneSettingsLink(which)).data,
    onSettled: refresh,
  });
  const { element, fail, fault } = useFormErrors(form, save.error);
  return (
    <Stack>
      <form ref={element} onSubmit={form.onSubmit((values) => save.mutate(values), fail)} noValidate>
        <Stack>
          <ErrorNotice fault={fault} />
          <Select
            size="md"
            label={t`Maker`}
            allowDeselect={false}
            data={[
              { value: 'yealink', label: 'Yealink' },
              { value: 'grandstream', label: 'Grandstream' },
              { value: 'snom', label: 'Snom' },
              { value: 'fanvil', label: 'Fanvil' },
              { value: 'generic', label: t`another one` },
            ]}
            {...form.getInputProps('maker')}
          />
          <TextInput
            size="md"
            label={t`MAC address`}
            placeholder="80:5E:C0:12:34:56"
            required
            autoComplete="off"
            {...form.getInputProps('mac')}
          />
          <PhoneKeys
            keys={form.values.keys}
            error={form.errors['keys']}
            onChange={(keys) => form.setFieldValue('keys', keys)}
          />
          <Group justify="flex-end">
            <Button type="submit" size="md" loading={save.isPending}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
      {(settings !== null || save.isSuccess) && (
        <>
          <ErrorNotice fault={link.error} />
          {settings?.last_fetched && (
            <Text size="sm" c="dimmed">
              <Trans>The phone fetched its settings last on {formatDate(settings.last_fetched)}.</Trans>
            </Text>
          )}
          {link.data ? (
            <Link url={link.data.url} fileUrl={link.data.file_url} expires={link.data.expires} />
          ) : (
            <Button size="md" variant="default" loading={link.isPending} onClick={() => link.mutate()}>
              <Trans>New address for the phone</Trans>
            </Button>
          )}
        </>
      )}
    </Stack>
  );
}

function Link({ url, fileUrl, expires }: { url: string; fileUrl: string; expires: string }) {
  const { t } = useLingui();
  return (
    <Stack gap="sm">
      <Alert variant="light">
        <Trans>
          Enter the address in the phone as the server for automatic provisioning, and restart it before{' '}
          {formatDateTime(expires)}. It gets a new password then, once.
        </Trans>
      </Alert>
      <CopyRows
        rows={[
          [t`Address`, url],
          [t`Address of the file`, fileUrl],
        ]}
      />
    </Stack>
  );
}
