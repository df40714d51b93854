import { Badge, Button, Group } from '@mantine/core';
import { IconReceipt2 } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Plan } from '~/api';
import { Drawer } from '~/design/Drawer';
import { EmptyState } from '~/design/EmptyState';
import { hasTools, usePages } from '~/design/lists';
import { formatAmount } from '~/design/money';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { AssignPlan, termsOn } from '~/features/costs';
import { minutesInput } from './model';
import { PlanForm } from './PlanForm';

/** The plans of the installation: created, changed and assigned here. */
export function Plans({ tenant }: { tenant?: string }) {
  const { t, i18n } = useLingui();
  const [edited, setEdited] = useState<Plan | 'new'>();
  const [assigning, setAssigning] = useState(false);
  const list = usePages<Plan>(['plans'], () => api.listPlans());
  const now = (plan: Plan) => termsOn(plan.terms, new Date());
  const amount = (micros: number, plan: Plan) => formatAmount(micros, plan.currency, i18n.locale);
  const columns: Column<Plan>[] = [
    { title: t`Name`, value: ({ name }) => name, render: ({ name }) => <bdi>{name}</bdi> },
    {
      title: t`State`,
      value: ({ archived }) => (archived ? t`Archived` : t`On sale`),
      render: ({ archived }) => (
        <Badge variant="dot" miw="max-content" color={archived ? 'gray' : 'teal'}>
          {archived ? t`Archived` : t`On sale`}
        </Badge>
      ),
    },
    {
      title: t`Per month`,
      numeric: true,
      card: 'aside',
      value: (plan) => now(plan)?.price,
      render: (plan) => amount(now(plan)?.price ?? 0, plan),
    },
    {
      title: t`Per extension`,
      numeric: true,
      value: (plan) => now(plan)?.extension_price,
      render: (plan) => amount(now(plan)?.extension_price ?? 0, plan),
    },
    {
      title: t`Per number`,
      numeric: true,
      card: 'none',
      value: (plan) => now(plan)?.number_price,
      render: (plan) => amount(now(plan)?.number_price ?? 0, plan),
    },
    {
      title: t`Per further GB`,
      numeric: true,
      card: 'none',
      value: (plan) => now(plan)?.storage_price,
      render: (plan) => amount(now(plan)?.storage_price ?? 0, plan),
    },
    {
      title: t`Included minutes`,
      card: 'none',
      value: (plan) => minutesInput(now(plan)?.included ?? {}),
      render: (plan) => minutesInput(now(plan)?.included ?? {}) || '–',
    },
    {
      title: t`Organisations`,
      numeric: true,
      value: ({ tenants }) => tenants,
      render: ({ tenants }) => i18n.number(tenants ?? 0),
    },
  ];
  const create = (
    <Button size="md" onClick={() => setEdited('new')}>
      <Trans>New plan</Trans>
    </Button>
  );
  const existing = edited === 'new' ? undefined : edited;
  const close = () => setEdited(undefined);
  return (
    <Section
      title={t`Plans`}
      lead={<Trans>Prices for organisations per month, net. Changed prices apply from a later day on.</Trans>}
    >
      <DataTable<Plan>
        label={t`Plans`}
        list={list}
        columns={columns}
        onOpen={setEdited}
        tools={
          hasTools(list) && (
            <Group gap="xs">
              <Button size="md" variant="default" onClick={() => setAssigning(true)}>
                <Trans>Assign a plan</Trans>
              </Button>
              {create}
            </Group>
          )
        }
        empty={
          <EmptyState
            icon={IconReceipt2}
            text={<Trans>No plan yet. A plan has a price per month, for each extension and number.</Trans>}
            action={create}
          />
        }
      />
      <Drawer opened={edited !== undefined} onClose={close} title={existing ? t`Plan ${existing.name}` : t`New plan`}>
        {edited !== undefined && <PlanForm key={existing?.id} plan={existing} onClose={close} />}
      </Drawer>
      <AssignPlan opened={assigning} onClose={() => setAssigning(false)} tenant={tenant} />
    </Section>
  );
}
