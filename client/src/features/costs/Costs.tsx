import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconCoins } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Usage } from '~/api';
import { useIsOperator } from '~/api/session';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { formatDuration } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { formatAmount } from '~/design/money';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { Segments } from '~/design/Segments';
import { DataTable, type Column } from '~/design/table';
import { Credit } from './Credit';
import { MonthCharges } from './MonthCharges';
import { monthOf, nameOfCountry, type Month } from './model';
import { useCharges, useCredit, usePlan } from './useCosts';
import { RateDecks } from './RateDecks';
import { Trial } from './Trial';

type Row = Usage & { id: string };

/** Cost of calls outside, by extension, department and country, and the prices. */
export default function Costs() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const operator = useIsOperator();
  const [month, setMonth] = useState<Month>('this');
  // Each of these would push down what is below it.
  const loading = [usePlan(tenant), useCharges(tenant, 'this'), useCredit(tenant)].some(
    ({ isLoading, isFetched }) => isLoading && !isFetched,
  );
  return (
    <Page
      title={t`Costs`}
      size="xl"
      actions={
        <Select
          size="md"
          aria-label={t`Period`}
          allowDeselect={false}
          data={[
            { value: 'this', label: t`This month` },
            { value: 'last', label: t`Last month` },
          ]}
          value={month}
          onChange={(value) => setMonth(value as Month)}
          w={180}
        />
      }
    >
      {loading ? (
        <SkeletonBlock height={600} />
      ) : (
        <>
          <Trial tenant={tenant} operator={operator} />
          <MonthCharges tenant={tenant} month={month} operator={operator} />
          <Credit tenant={tenant} operator={operator} />
          <UsageTable tenant={tenant} month={month} />
          <RateDecks tenant={tenant} operator={operator} />
        </>
      )}
    </Page>
  );
}

function UsageTable({ tenant, month }: { tenant?: string; month: Month }) {
  const { t, i18n } = useLingui();
  const [by, setBy] = useState<'extension' | 'department' | 'country'>('extension');
  const { data, error, refetch } = useQuery({
    queryKey: ['usage', tenant, by, month],
    queryFn: async () => (await api.showUsage({ query: { tenant, by, ...monthOf(month, new Date()) } })).data.items,
  });
  const nameOf = (row: Row) => {
    if (by === 'country') return nameOfCountry(row.key, i18n.locale) ?? t`Other numbers`;
    if (by === 'department') return row.key || t`No department`;
    return row.name ?? (row.key ? t`A former extension` : t`Menus and groups`);
  };
  const columns: Column<Row>[] = [
    {
      title: { country: t`Country`, department: t`Department`, extension: t`Extension` }[by],
      value: nameOf,
      render: (row) => (
        <span>
          <bdi>{nameOf(row)}</bdi>
          {row.number && <> · {row.number}</>}
        </span>
      ),
    },
    { title: t`Calls`, numeric: true, value: ({ calls }) => calls, render: ({ calls }) => i18n.number(calls) },
    {
      title: t`Talk time`,
      numeric: true,
      card: 'none',
      value: ({ seconds }) => seconds,
      render: ({ seconds }) => formatDuration(seconds),
    },
    {
      title: t`Cost`,
      numeric: true,
      card: 'aside',
      value: ({ amount }) => amount,
      render: ({ amount, currency }) => (currency ? formatAmount(amount, currency, i18n.locale) : t`no price yet`),
    },
  ];
  return (
    <Section title={t`Calls outside`}>
      <Segments
        label={t`Add up by`}
        value={by}
        onChange={setBy}
        data={[
          { value: 'extension', label: t`Extension` },
          { value: 'department', label: t`Department` },
          { value: 'country', label: t`Country` },
        ]}
      />
      <DataTable<Row>
        label={t`Costs of calls outside`}
        list={{
          items: (data ?? []).map((row) => ({ ...row, id: `${row.key} ${row.currency}` })),
          loaded: data !== undefined,
          fault: error,
          retry: () => void refetch(),
        }}
        columns={columns}
        exportable
        empty={<EmptyState icon={IconCoins} text={<Trans>No calls outside in this period.</Trans>} />}
      />
    </Section>
  );
}
