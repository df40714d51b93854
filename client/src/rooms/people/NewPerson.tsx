import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Role } from '~/api';
import { Fault, Hint } from '~/design/Notice';

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
  // One who was made stays made when the extension is refused; then it alone is tried again.
  const [made, setMade] = useState(false);
  const create = useMutation({
    mutationFn: async ({ name, email, role, number }: typeof form.values) => {
      if (!made) await api.createPerson({ query: { tenant }, body: { name, email, role } });
      setMade(true);
      if (number) await api.createExtension({ query: { tenant }, body: { number, name, email } });
    },
    onSuccess: done,
    onSettled: () => queries.invalidateQueries({ queryKey: ['persons'] }),
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack>
        <Fault fault={create.error} />
        {made && create.error && (
          <Hint>
            <Trans>The person is there; the extension is missing. Choose another, or leave it empty.</Trans>
          </Hint>
        )}
        <TextInput
          label={t`Name`}
          required
          disabled={made}
          data-autofocus
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <TextInput
          label={t`E-mail`}
          type="email"
          required
          disabled={made}
          autoComplete="off"
          {...form.getInputProps('email')}
        />
        <Select
          label={t`Role`}
          disabled={made}
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
