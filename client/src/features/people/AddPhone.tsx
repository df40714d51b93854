import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type NewDevice } from '~/api';
import { ErrorNotice } from '~/design/Notice';
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
    initialValues: { name: '', kind: 'phone' as NonNullable<NewDevice['kind']> },
    validate: { name: (value) => (value.trim() ? null : t`Enter a name.`) },
  });
  const create = useMutation({
    mutationFn: async (values: typeof form.values) =>
      (await api.createDevice({ query: { tenant }, body: { extension, ...values } })).data.sip,
    onSettled: () =>
      Promise.all(['people', 'person', 'devices'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  if (create.data) return <PhoneLogin login={create.data} tenant={tenant} />;
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack>
        <ErrorNotice fault={create.error} />
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
