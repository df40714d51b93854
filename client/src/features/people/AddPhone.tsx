import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type NewDevice } from '~/api';
import { formatDateTime } from '~/design/dates';
import { useFormErrors } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';
import { QrCode } from '~/design/QrCode';
import { PhoneLogin } from './PhoneLogin';

interface AddPhoneProps {
  /** Id or number of the extension. */
  extension: string;
  tenant?: string;
}

/** Creates a device and shows its login, which cannot be shown again. */
export function AddPhone({ extension, tenant }: AddPhoneProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { name: '', kind: 'phone' as 'phone' | 'softphone' | 'linphone' },
    validate: { name: (value) => (value.trim() ? null : t`Enter a name.`) },
  });
  const create = useMutation({
    mutationFn: async ({ name, kind }: typeof form.values) => {
      const body: NewDevice = { extension, name, kind: kind === 'linphone' ? 'softphone' : kind };
      const { data } = await api.createDevice({ query: { tenant }, body });
      if (kind !== 'linphone') return { login: data.sip };
      const which = { path: { device_id: data.id }, query: { tenant } };
      return { link: (await api.createLinphoneLink(which)).data };
    },
    onSettled: () =>
      Promise.all(['people', 'person', 'devices'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  const { element, fail, fault } = useFormErrors(form, create.error);
  if (create.data?.login) return <PhoneLogin login={create.data.login} tenant={tenant} />;
  if (create.data?.link)
    return (
      <Stack>
        <Text size="sm">
          <Trans>
            Scan the code in Linphone: Assistant, Fetch remote configuration. It works once, until{' '}
            {formatDateTime(create.data.link.expires)}.
          </Trans>
        </Text>
        <QrCode svg={create.data.link.svg} alt={t`Code for Linphone`} />
      </Stack>
    );
  return (
    <form ref={element} onSubmit={form.onSubmit((values) => create.mutate(values), fail)} noValidate>
      <Stack>
        <ErrorNotice fault={fault} />
        <TextInput
          size="md"
          label={t`Name of the phone`}
          placeholder={t`Desk phone, ground floor`}
          required
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <Select
          size="md"
          label={t`Type`}
          allowDeselect={false}
          data={[
            { value: 'phone', label: t`desk phone` },
            { value: 'softphone', label: t`softphone` },
            { value: 'linphone', label: t`Linphone, by QR code` },
          ]}
          {...form.getInputProps('kind')}
        />
        <Group justify="flex-end">
          <Button type="submit" size="md" loading={create.isPending}>
            <Trans>Show login</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
