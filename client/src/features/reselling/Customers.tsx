import { Badge, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { IconBuilding } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Customer, type OfferedPlan } from '~/api';
import { useChanges } from '~/design/changes';
import { Drawer } from '~/design/Drawer';
import { EmptyState } from '~/design/EmptyState';
import { useAllPages, usePages } from '~/design/lists';
import { formatSum } from '~/design/money';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { DataTable, type Column } from '~/design/table';
import { useFieldChecks } from '~/design/useFieldChecks';
import { EditForm } from '~/features/routing';
import { OrganisationConsequences, SuspensionForm } from '~/features/suspensions';

const KEYS = ['customers', 'customer'] as const;

/** The organisations to which a reseller sells. */
export function Customers() {
  const { t, i18n } = useLingui();
  const [shown, setShown] = useState<Customer | 'new'>();
  const list = usePages<Customer>(['customers'], () => api.listCustomers());
  const columns: Column<Customer>[] = [
    { title: t`Name`, value: ({ name }) => name, render: ({ name }) => <bdi>{name}</bdi> },
    {
      title: t`State`,
      card: 'aside',
      value: ({ state }) => (state === 'active' ? t`Active` : t`Suspended`),
      render: ({ state }) => (
        <Badge variant="dot" miw="max-content" color={state === 'active' ? 'teal' : 'orange'}>
          {state === 'active' ? t`Active` : t`Suspended`}
        </Badge>
      ),
    },
    { title: t`Plan`, value: ({ plan }) => plan, render: ({ plan }) => plan ?? t`No plan` },
    {
      title: t`Extensions`,
      numeric: true,
      value: ({ extensions }) => extensions,
      render: ({ extensions }) => i18n.number(extensions),
    },
  ];
  const create = (
    <Button size="md" onClick={() => setShown('new')}>
      <Trans>New customer</Trans>
    </Button>
  );
  const close = () => setShown(undefined);
  const existing = shown === 'new' ? undefined : shown;
  return (
    <Section
      title={t`Customers`}
      lead={<Trans>Organisations to which you sell. You see their totals, not the people and calls there.</Trans>}
    >
      <DataTable<Customer>
        label={t`Customers`}
        list={list}
        columns={columns}
        onOpen={setShown}
        tools={list.items.length > 0 && create}
        empty={<EmptyState icon={IconBuilding} text={<Trans>No customer yet.</Trans>} action={create} />}
      />
      <Drawer opened={shown !== undefined} onClose={close} title={existing?.name ?? t`New customer`}>
        {shown === 'new' && <NewCustomer onClose={close} />}
        {existing && <CustomerView key={existing.id} customer={existing} onClose={close} />}
      </Drawer>
    </Section>
  );
}

function usePlanChoices() {
  const { items } = useAllPages<OfferedPlan>(['own-plans'], () => api.listOwnPlans());
  return items.map(({ id, name }) => ({ value: id, label: name }));
}

function NewCustomer({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useLingui();
  const checks = useFieldChecks();
  const plans = usePlanChoices();
  const form = useForm({
    initialValues: {
      name: '',
      slug: '',
      domain: '',
      plan: null as string | null,
      administrator_name: '',
      administrator_email: '',
    },
    validate: {
      name: checks.name,
      slug: (value) =>
        /^[a-z][a-z0-9-]{1,31}$/.test(value) ? null : t`Use 2 to 32 letters a–z, digits and hyphens, a letter first.`,
      domain: (value) => (value.trim() ? null : t`Enter a domain.`),
      administrator_name: checks.name,
    },
  });
  return (
    <EditForm
      form={form}
      affected={KEYS}
      onClose={onClose}
      change={(values) => ({
        apply: () => api.createCustomer({ body: { ...values, language: i18n.locale as 'en' | 'de' } }),
        message: t`${values.name} was created. Its administrator is invited by e-mail.`,
      })}
    >
      <TextInput
        size="md"
        label={t`Name`}
        required
        maxLength={100}
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      <TextInput
        size="md"
        label={t`Short name`}
        description={t`Used in addresses and commands. It cannot be changed.`}
        required
        autoComplete="off"
        {...form.getInputProps('slug')}
      />
      <TextInput
        size="md"
        label={t`Domain`}
        description={t`Phones register at this domain, for example pbx.example.com.`}
        required
        autoComplete="off"
        {...form.getInputProps('domain')}
      />
      <Select size="md" label={t`Plan`} clearable data={plans} {...form.getInputProps('plan')} />
      <TextInput
        size="md"
        label={t`Administrator`}
        required
        autoComplete="off"
        {...form.getInputProps('administrator_name')}
      />
      <TextInput
        size="md"
        type="email"
        label={t`E-mail of the administrator`}
        required
        autoComplete="off"
        {...form.getInputProps('administrator_email')}
      />
    </EditForm>
  );
}

function CustomerView({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const { t, i18n } = useLingui();
  const [suspending, setSuspending] = useState(false);
  const changes = useChanges(KEYS);
  const plans = usePlanChoices();
  const path = { tenant: customer.id };
  const { data, error, refetch } = useQuery({
    queryKey: ['customer', customer.id],
    queryFn: async () => (await api.showCustomer({ path })).data,
  });
  if (!data) return error ? <ErrorBar fault={error} retry={refetch} /> : <SkeletonBlock height={200} />;
  if (suspending)
    return (
      <SuspensionForm
        consequences={<OrganisationConsequences extensions={data.extensions} numbers={data.numbers} />}
        affected={KEYS}
        onClose={onClose}
        change={(body) => ({
          apply: () => api.suspendCustomer({ path, body }),
          message: t`${customer.name} is suspended.`,
        })}
      />
    );
  const sum = (micros: number, currency: string) => formatSum(micros, currency, i18n.locale);
  const costs = data.charges.map(({ amount, currency }) => sum(amount, currency)).join(', ');
  return (
    <Stack>
      <ErrorBar fault={error} retry={refetch} />
      <ErrorNotice fault={changes.error} />
      <Text size="sm">
        <Trans>Extensions: {data.extensions}</Trans>
        <br />
        <Trans>Public numbers: {data.numbers}</Trans>
        <br />
        <Trans>This month so far, net: {costs || '–'}</Trans>
      </Text>
      <Select
        size="md"
        label={t`Plan`}
        description={t`A change applies from today on.`}
        placeholder={data.plan ?? t`No plan`}
        data={plans}
        value={plans.find(({ label }) => label === data.plan)?.value ?? null}
        onChange={(plan) =>
          plan &&
          changes.mutate({
            apply: () => api.assignCustomerPlan({ path, body: { plan } }),
            message: t`The plan was assigned.`,
          })
        }
      />
      {data.invoices.map(({ number, total, left, currency }) => (
        <Group key={number} justify="space-between">
          <Text size="sm">{number}</Text>
          <Text size="sm">
            {left > 0 ? t`${sum(total, currency)}, ${sum(left, currency)} open` : sum(total, currency)}
          </Text>
        </Group>
      ))}
      {data.state === 'active' ? (
        <Button size="md" variant="default" onClick={() => setSuspending(true)}>
          <Trans>Suspend</Trans>
        </Button>
      ) : (
        <Button
          size="md"
          variant="default"
          loading={changes.isPending}
          onClick={() =>
            changes.mutate({
              apply: () => api.resumeCustomer({ path }),
              message: t`${customer.name} is active again.`,
            })
          }
        >
          <Trans>Resume</Trans>
        </Button>
      )}
    </Stack>
  );
}
