import { Autocomplete, Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { api, type ExtensionCreated, type PersonCreated, type Role } from '~/api';
import { asProblem } from '~/core/problem';
import { useErrorFocus } from '~/design/forms';
import { Drawer } from '~/design/Drawer';
import { ErrorNotice } from '~/design/Notice';
import { AccessOptions } from './AccessOptions';
import { PhoneLogin } from './PhoneLogin';
import { useDepartments } from './useDepartments';

interface NewPersonProps {
  opened: boolean;
  onClose: () => void;
  tenant?: string;
}

/** Fields that show errors of the server. */
const FIELDS = ['name', 'email', 'number', 'department'];

type Created = { person: PersonCreated } | { phone: ExtensionCreated };

/** The title of a step that has the focus once it is shown: the button that led to it is gone. */
function Announced({ children }: { children: ReactNode }) {
  const title = useRef<HTMLElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <bdi ref={title} tabIndex={-1} data-autofocus>
      {children}
    </bdi>
  );
}

/** Drawer of two steps: the person or shared phone, and the hand-over. */
export function NewPerson({ opened, onClose, tenant }: NewPersonProps) {
  const { t } = useLingui();
  const [created, setCreated] = useState<Created>();
  const close = () => {
    onClose();
    setCreated(undefined);
  };
  const name = created && ('person' in created ? created.person.name : created.phone.name);
  return (
    <Drawer
      opened={opened}
      onClose={close}
      title={created ? <Announced>{t`Hand over to ${name}`}</Announced> : t`New person`}
      footer={
        created && (
          <Group justify="flex-end">
            <Button size="md" onClick={close}>
              <Trans>Done</Trans>
            </Button>
          </Group>
        )
      }
    >
      {!created && <Details tenant={tenant} onCreated={setCreated} />}
      {created && 'person' in created && (
        <AccessOptions person={created.person} number={created.person.extension?.number} />
      )}
      {created && 'phone' in created && <PhoneLogin login={created.phone.sip} tenant={tenant} />}
    </Drawer>
  );
}

function Details({ tenant, onCreated }: { tenant?: string; onCreated: (created: Created) => void }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [kind, setKind] = useState<'person' | 'phone'>('person');
  const form = useForm({
    initialValues: { name: '', email: '', role: 'user' as Role, number: '', department: '' },
    validate: {
      name: (value) => (value.trim() ? null : t`Enter a name.`),
      email: (value) => (kind === 'phone' || /^\S+@\S+\.\S+$/.test(value) ? null : t`Enter an e-mail address.`),
      number: (value) =>
        /^[0-9]{2,8}$/.test(value) || (kind === 'person' && !value) ? null : t`Enter two to eight digits.`,
    },
  });
  const { form: element, fail } = useErrorFocus();
  const departments = useDepartments(tenant);
  const proposed = useQuery({
    queryKey: ['next-number', tenant],
    queryFn: async () => (await api.proposeNumber({ query: { tenant } })).data.number,
    staleTime: 0,
    gcTime: 0,
  }).data;
  const { setFieldValue, isTouched } = form;
  useEffect(() => {
    if (proposed && !isTouched('number')) setFieldValue('number', proposed);
  }, [proposed]); // eslint-disable-line -- only when the proposal arrives
  const create = useMutation({
    mutationFn: async ({ name, email, role, number, department }: typeof form.values): Promise<Created> => {
      const common = { name, number, department: department.trim() };
      return kind === 'person'
        ? { person: (await api.createPerson({ query: { tenant }, body: { ...common, email, role } })).data }
        : { phone: (await api.createExtension({ query: { tenant }, body: common })).data };
    },
    onSuccess: onCreated,
    onError: (fault) => {
      const { status, field, message } = asProblem(fault);
      if (field === 'number' && status === 409)
        form.setFieldError('number', t`This number is taken. Choose another one.`);
      else if (FIELDS.includes(field)) form.setFieldError(field, message);
      fail();
    },
    onSettled: () =>
      Promise.all(
        ['people', 'persons', 'extensions', 'departments'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      ),
  });
  const shown = create.error && FIELDS.includes(asProblem(create.error).field);
  return (
    <form ref={element} onSubmit={form.onSubmit((values) => create.mutate(values), fail)} noValidate>
      <Stack>
        <SegmentedControl
          aria-label={t`Kind`}
          value={kind}
          onChange={(value) => setKind(value as typeof kind)}
          data={[
            { value: 'person', label: t`Person` },
            { value: 'phone', label: t`Shared phone` },
          ]}
        />
        {kind === 'phone' && (
          <Text size="sm" c="dimmed">
            <Trans>A number without a person, for example in the lobby or a meeting room.</Trans>
          </Text>
        )}
        {!shown && <ErrorNotice fault={create.error} />}
        <TextInput
          size="md"
          label={t`Name`}
          required
          dir="auto"
          data-autofocus
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        {kind === 'person' && (
          <TextInput
            size="md"
            label={t`E-mail`}
            type="email"
            required
            autoComplete="off"
            {...form.getInputProps('email')}
          />
        )}
        <TextInput
          size="md"
          label={t`Number`}
          description={proposed && t`${proposed} is the next free number.`}
          inputMode="numeric"
          autoComplete="off"
          required={kind === 'phone'}
          {...form.getInputProps('number')}
        />
        {kind === 'person' && (
          <Select
            size="md"
            label={t`Role`}
            allowDeselect={false}
            data={[
              { value: 'user', label: t`User` },
              { value: 'tenant_admin', label: t`Administrator` },
            ]}
            {...form.getInputProps('role')}
          />
        )}
        <Autocomplete
          size="md"
          label={t`Department`}
          dir="auto"
          maxLength={60}
          data={departments}
          {...form.getInputProps('department')}
        />
        <Group justify="flex-end">
          <Button type="submit" size="md" loading={create.isPending}>
            <Trans>Add</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
