import { Box, Button, Group, MultiSelect, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { IconBuildingStore } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Plan, type Reseller, type Tenant } from '~/api';
import { useChanges } from '~/design/changes';
import { ErrorBar } from '~/design/ErrorBar';
import { EmptyState } from '~/design/EmptyState';
import { changedFields } from '~/design/forms';
import { useAllPages, usePages } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { DataTable, type Column } from '~/design/table';
import { useFieldChecks } from '~/design/useFieldChecks';
import { EditForm, useEditor } from '~/features/routing';
import { AccentField } from './AccentField';

const KEYS = ['resellers', 'reseller-tenants'] as const;

/** The resellers of the installation. */
export function Resellers() {
  const { t, i18n } = useLingui();
  const list = usePages<Reseller>(['resellers'], () => api.listResellers());
  const { open, drawer } = useEditor<Reseller>({
    title: (reseller) => reseller?.name ?? t`New reseller`,
    form: (reseller, close) => <ResellerForm reseller={reseller} onClose={close} />,
  });
  const columns: Column<Reseller>[] = [
    { title: t`Company`, value: ({ name }) => name, render: ({ name }) => <bdi>{name}</bdi> },
    {
      title: t`Product`,
      value: ({ product }) => product,
      render: ({ product, accent }) => (
        <Group gap="xs" wrap="nowrap">
          <Box w={16} h={16} bdrs="xl" bg={accent} flex="none" aria-hidden />
          <bdi>{product}</bdi>
        </Group>
      ),
    },
    {
      title: t`Organisations`,
      numeric: true,
      card: 'aside',
      value: ({ tenants }) => tenants,
      render: ({ tenants }) => i18n.number(tenants),
    },
    { title: t`Host names`, card: 'none', render: ({ hosts }) => hosts.join(', ') || '–' },
  ];
  const create = (
    <Button size="md" onClick={() => open()}>
      <Trans>New reseller</Trans>
    </Button>
  );
  return (
    <Section
      title={t`Resellers`}
      lead={
        <Trans>
          Companies that sell to organisations of their own, under their name. They do not see personal data of the
          people there.
        </Trans>
      }
    >
      <DataTable<Reseller>
        label={t`Resellers`}
        list={list}
        columns={columns}
        onOpen={open}
        tools={list.items.length > 0 && create}
        empty={<EmptyState icon={IconBuildingStore} text={<Trans>No reseller yet.</Trans>} action={create} />}
      />
      {drawer}
    </Section>
  );
}

function ResellerForm({ reseller, onClose }: { reseller?: Reseller; onClose: () => void }) {
  const { t } = useLingui();
  const checks = useFieldChecks();
  const plans = useAllPages<Plan>(['plans'], () => api.listPlans()).items;
  const tenants = useTenantChoices();
  const form = useForm({
    initialValues: {
      tenant: reseller?.tenant ?? '',
      name: reseller?.name ?? '',
      product: reseller?.product ?? '',
      accent: reseller?.accent ?? '#0b5563',
      support_email: reseller?.support_email ?? '',
      hosts: reseller?.hosts.join(', ') ?? '',
      plans: reseller?.plans ?? [],
    },
    validate: {
      tenant: (value) => (value ? null : t`Choose an organisation.`),
      name: checks.name,
      product: checks.name,
    },
  });
  type Values = typeof form.values;
  const bodyOf = ({ hosts, ...values }: Values) => ({
    ...values,
    hosts: hosts
      .split(',')
      .map((host) => host.trim())
      .filter(Boolean),
  });
  const updateOf = (values: Values) => {
    const changed = changedFields(form, values);
    return Object.fromEntries(Object.entries(bodyOf(values)).filter(([field]) => field in changed));
  };
  return (
    <EditForm
      form={form}
      affected={KEYS}
      onClose={onClose}
      change={(values) =>
        reseller
          ? {
              apply: () => api.updateReseller({ path: { reseller: reseller.id }, body: updateOf(values) }),
              message: t`The reseller ${values.name} is changed.`,
            }
          : {
              apply: () => api.createReseller({ body: bodyOf(values) }),
              message: t`The reseller ${values.name} is created.`,
            }
      }
      removal={
        reseller && {
          title: t`Delete the reseller ${reseller.name}?`,
          text: t`Its organisations stay, without its name and colours.`,
          change: {
            apply: () => api.deleteReseller({ path: { reseller: reseller.id } }),
            message: t`The reseller ${reseller.name} is deleted.`,
          },
        }
      }
    >
      <Select
        size="md"
        label={t`Organisation of its people`}
        description={t`Its administrators manage the customers.`}
        searchable
        allowDeselect={false}
        disabled={Boolean(reseller)}
        data={tenants.map(({ slug, name }) => ({ value: slug, label: name }))}
        {...form.getInputProps('tenant')}
      />
      <TextInput
        size="md"
        label={t`Company`}
        required
        maxLength={200}
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      <TextInput
        size="md"
        label={t`Name of the product`}
        required
        maxLength={30}
        autoComplete="off"
        {...form.getInputProps('product')}
      />
      <AccentField {...form.getInputProps('accent')} />
      <TextInput
        size="md"
        type="email"
        label={t`Support address`}
        autoComplete="off"
        {...form.getInputProps('support_email')}
      />
      <TextInput
        size="md"
        label={t`Host names`}
        description={t`Addresses with this name and colours, such as phone.example.com. They lead to this server.`}
        autoComplete="off"
        {...form.getInputProps('hosts')}
      />
      <MultiSelect
        size="md"
        label={t`Plans that it may sell`}
        data={plans.map(({ id, name }) => ({ value: id, label: name }))}
        {...form.getInputProps('plans')}
      />
      {reseller && <ResellerTenants reseller={reseller} choices={tenants} />}
    </EditForm>
  );
}

/** The organisations of a reseller, changed at once. */
function ResellerTenants({ reseller, choices }: { reseller: Reseller; choices: Tenant[] }) {
  const { t } = useLingui();
  const changes = useChanges(KEYS);
  const { data, error, refetch } = useQuery({
    queryKey: ['reseller-tenants', reseller.id],
    queryFn: async () => (await api.listTenantsOfReseller({ path: { reseller: reseller.id } })).data.items,
  });
  const path = (tenant: Tenant) => ({ path: { reseller: reseller.id, tenant: tenant.id } });
  const own = new Set((data ?? []).map(({ id }) => id));
  const others = choices.filter(({ id, slug }) => !own.has(id) && slug !== reseller.tenant);
  const assign = (tenant: Tenant) =>
    changes.mutate({ apply: () => api.assignToReseller(path(tenant)), message: t`${tenant.name} is assigned.` });
  const release = (tenant: Tenant) =>
    changes.mutate({ apply: () => api.releaseFromReseller(path(tenant)), message: t`${tenant.name} is taken away.` });
  return (
    <>
      <Text size="sm" fw={600}>
        <Trans>Its organisations</Trans>
      </Text>
      <ErrorBar fault={error} retry={refetch} />
      <ErrorNotice fault={changes.error} />
      {!data && !error && <SkeletonBlock height={44} />}
      {(data ?? []).map((tenant) => (
        <Group key={tenant.id} justify="space-between" wrap="nowrap">
          <Text size="sm" truncate>
            <bdi>{tenant.name}</bdi>
          </Text>
          <Button size="md" variant="subtle" aria-label={t`Take away ${tenant.name}`} onClick={() => release(tenant)}>
            <Trans>Take away</Trans>
          </Button>
        </Group>
      ))}
      <Select
        size="md"
        label={t`Assign an organisation`}
        searchable
        value={null}
        data={others.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(id) => {
          const chosen = others.find((each) => each.id === id);
          if (chosen) assign(chosen);
        }}
      />
    </>
  );
}

function useTenantChoices(): Tenant[] {
  const all = useAllPages<Tenant>(['tenants'], (cursor) => api.listTenants({ query: { cursor } })).items;
  return all.filter(({ slug }) => slug !== 'operator');
}
