import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Role } from '~/api';
import { ErrorNotice, InfoNotice } from '~/design/Notice';

interface NewPersonProps {
  tenant?: string;
  onDone: () => void;
}

/** Creates a person and, with a number, their extension. */
export function NewPerson({ tenant, onDone }: NewPersonProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { name: '', email: '', role: 'user' as Role, number: '' },
    validate: {
      name: (value) => (value.trim() ? null : t`Enter a name.`),
      email: (value) => (/^\S+@\S+\.\S+$/.test(value) ? null : t`Enter an e-mail address.`),
      number: (value) => (!value || /^[0-9]{2,8}$/.test(value) ? null : t`Enter two to eight digits.`),
    },
  });
  // If the extension is refused, the person has already been created; only the extension is retried.
  const [created, setCreated] = useState(false);
  const create = useMutation({
    mutationFn: async ({ name, email, role, number }: typeof form.values) => {
      if (!created) await api.createPerson({ query: { tenant }, body: { name, email, role } });
      setCreated(true);
      if (number) await api.createExtension({ query: { tenant }, body: { number, name, email } });
    },
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ['persons'] }),
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack>
        <ErrorNotice fault={create.error} />
        {created && create.error && (
          <InfoNotice>
            <Trans>The person was created, but the extension was not. Choose another number, or leave it empty.</Trans>
          </InfoNotice>
        )}
        <TextInput
          label={t`Name`}
          required
          disabled={created}
          data-autofocus
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <TextInput
          label={t`E-mail`}
          type="email"
          required
          disabled={created}
          autoComplete="off"
          {...form.getInputProps('email')}
        />
        <Select
          label={t`Role`}
          disabled={created}
          allowDeselect={false}
          data={[
            { value: 'user', label: t`User` },
            { value: 'tenant_admin', label: t`Administrator` },
          ]}
          {...form.getInputProps('role')}
        />
        <TextInput
          label={t`Extension`}
          description={t`Can also be added later.`}
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
