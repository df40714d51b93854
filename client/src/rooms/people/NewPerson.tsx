import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Role } from '~/api';
import { Fault } from '~/design/Notice';

interface NewPersonProps {
  tenant?: string;
  done: () => void;
}

/** A person, and with a number their extension too. */
export function NewPerson({ tenant, done }: NewPersonProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { name: '', email: '', role: 'user' as Role, number: '' },
    validate: {
      name: (value) => (value.trim() ? null : t`A name, please.`),
      email: (value) => (/^\S+@\S+\.\S+$/.test(value) ? null : t`An e-mail address, please.`),
      number: (value) => (!value || /^[0-9]{2,8}$/.test(value) ? null : t`Two to eight digits.`),
    },
  });
  const create = useMutation({
    mutationFn: async ({ name, email, role, number }: typeof form.values) => {
      await api.createPerson({ query: { tenant }, body: { name, email, role } });
      if (number) await api.createExtension({ query: { tenant }, body: { number, name, email } });
    },
    onSuccess: done,
    onSettled: () => queries.invalidateQueries({ queryKey: ['persons'] }),
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack>
        <Fault fault={create.error} />
        <TextInput label={t`Name`} required data-autofocus autoComplete="off" {...form.getInputProps('name')} />
        <TextInput label={t`E-mail`} type="email" required autoComplete="off" {...form.getInputProps('email')} />
        <Select
          label={t`Role`}
          allowDeselect={false}
          data={[
            { value: 'user', label: t`user` },
            { value: 'tenant_admin', label: t`administrator` },
          ]}
          {...form.getInputProps('role')}
        />
        <TextInput
          label={t`Extension`}
          description={t`The number they are called at; it can be added later.`}
          inputMode="numeric"
          {...form.getInputProps('number')}
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
