import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconCalendarDollar } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Charge, IncludedUse, StorageUse } from '~/api';
import { EmptyState } from '~/design/EmptyState';
import { fileSize } from '~/design/file-size';
import { formatAmount, formatSum } from '~/design/money';
import { ErrorBar } from '~/design/ErrorBar';
import { InfoNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { AssignPlan } from './AssignPlan';
import { coversMonth, nameOfCountry, totals, usedMinutes, type Month } from './model';
import { useCharges, usePlan } from './useCosts';

interface MonthChargesProps {
  tenant?: string;
  month: Month;
  /** Only operators assign plans. */
  operator: boolean;
}

type Row = Charge & { id: string };

/** The plan of the organisation, its included minutes, and its charges of a month. */
export function MonthCharges({ tenant, month, operator }: MonthChargesProps) {
  const { t, i18n } = useLingui();
  const [assigning, setAssigning] = useState(false);
  const plan = usePlan(tenant);
  const costs = useCharges(tenant, month);
  const nameOf = ({ kind, name }: Charge) =>
    ({
      plan: t`Plan ${name}`,
      extensions: t`Extensions`,
      numbers: t({ message: 'Numbers', context: 'public numbers' }),
      storage: t`Storage`,
      calls: t`Calls: ${nameOfGroup(name)}`,
    })[kind];
  const nameOfGroup = (name: string) => nameOfCountry(name, i18n.locale) ?? (name || t`Other numbers`);
  const amountOf = ({ amount, currency }: { amount: number; currency: string }) =>
    formatSum(amount, currency, i18n.locale);
  const day = (value: string) => i18n.date(new Date(`${value}T00:00:00`), { day: 'numeric', month: 'short' });
  const dayBefore = (value: string) => {
    const before = new Date(`${value}T00:00:00`);
    before.setDate(before.getDate() - 1);
    return i18n.date(before, { day: 'numeric', month: 'short' });
  };
  const columns: Column<Row>[] = [
    {
      title: t`Charge`,
      value: nameOf,
      render: (row) => (
        <span>
          <bdi>{nameOf(row)}</bdi>
          {!coversMonth(row) && (
            <Text component="span" size="sm" c="dimmed">
              {' '}
              · {day(row.since)}–{dayBefore(row.until)}
            </Text>
          )}
        </span>
      ),
    },
    {
      title: t`Quantity`,
      numeric: true,
      value: ({ quantity }) => quantity,
      render: ({ quantity, kind }) => {
        if (kind === 'storage') return i18n.number(quantity, { style: 'unit', unit: 'gigabyte' });
        return kind === 'calls' ? <Plural value={quantity} one="# minute" other="# minutes" /> : i18n.number(quantity);
      },
    },
    {
      title: t`Per month`,
      numeric: true,
      card: 'none',
      value: ({ unit_price }) => unit_price ?? '',
      render: ({ unit_price, currency }) =>
        unit_price === null ? '–' : formatAmount(unit_price, currency, i18n.locale),
    },
    { title: t`Amount`, numeric: true, card: 'aside', value: ({ amount }) => amount, render: amountOf },
  ];
  const found = costs.data;
  const assign = operator && (
    <Button size="md" variant="default" onClick={() => setAssigning(true)}>
      <Trans>Assign a plan</Trans>
    </Button>
  );
  return (
    <Section
      title={t`Charges`}
      lead={
        plan.data &&
        (plan.data.present ? (
          <Trans>
            Plan <bdi>{plan.data.present.name}</bdi>. Amounts are net.
          </Trans>
        ) : (
          <Trans>No plan is assigned. Amounts are net.</Trans>
        ))
      }
    >
      <ErrorBar fault={plan.error} retry={plan.refetch} />
      {found?.included.map((use) => (
        <IncludedMinutes key={`${use.group} ${use.since}`} use={use} name={nameOfGroup} />
      ))}
      {found?.storage.map((use) => (
        <Storage key={use.since} use={use} />
      ))}
      <DataTable<Row>
        label={t`Charges of the month`}
        list={{
          items: (found?.charges ?? []).map((row, at) => ({ ...row, id: String(at) })),
          loaded: found !== undefined,
          fault: costs.error,
          retry: () => void costs.refetch(),
        }}
        columns={columns}
        exportable
        tools={found !== undefined && found.charges.length > 0 && assign}
        empty={
          <EmptyState
            icon={IconCalendarDollar}
            text={<Trans>Nothing is charged for this month.</Trans>}
            action={assign || undefined}
          />
        }
      />
      {operator && <AssignPlan opened={assigning} onClose={() => setAssigning(false)} tenant={tenant} />}
      {found && found.charges.length > 0 && (
        <Group justify="flex-end">
          <Text fw={600}>
            {month === 'this' ? t`Total so far:` : t`Total:`} {totals(found.charges).map(amountOf).join(', ')}
          </Text>
        </Group>
      )}
      {found !== undefined && found.unrated > 0 && (
        <InfoNotice title={t`Calls without a price`}>
          <Plural
            value={found.unrated}
            one="# call has no price yet, because no rate matches its number."
            other="# calls have no price yet, because no rate matches their numbers."
          />
        </InfoNotice>
      )}
    </Section>
  );
}

function IncludedMinutes({ use, name }: { use: IncludedUse; name: (group: string) => string }) {
  const { t } = useLingui();
  const { used, included, left } = usedMinutes(use);
  const title = use.group ? t`Included minutes: ${name(use.group)}` : t`Included minutes`;
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{title}</Text>
        <Text size="sm" c="dimmed">
          <Trans>
            {used} of {included} used, {left} left
          </Trans>
        </Text>
      </Group>
      <Progress value={included ? (used / included) * 100 : 100} aria-label={title} />
    </Stack>
  );
}

/** The size that is stored in a period, the included one, and the price of what is above it. */
function Storage({ use }: { use: StorageUse }) {
  const { t, i18n } = useLingui();
  const [last, mean, included] = [use.last, use.mean, use.included].map(fileSize);
  const price = formatAmount(use.price, use.currency, i18n.locale);
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{t`Storage`}</Text>
        <Text size="sm" c="dimmed">
          <Trans>
            {last} stored, {mean} on average, {included} included. Each further GB: {price} per month
          </Trans>
        </Text>
      </Group>
      <Progress value={use.included ? Math.min(100, (use.mean / use.included) * 100) : 100} aria-label={t`Storage`} />
    </Stack>
  );
}
