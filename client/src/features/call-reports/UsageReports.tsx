import { IconChartBar } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type UsageMonth } from '~/api';
import { EmptyState } from '~/design/EmptyState';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { FEATURE_TITLES, monthName, shareOf } from '~/features/usage';

type Feature = UsageMonth['cells'][number]['feature'];
type Row = { id: Feature } & Record<string, UsageMonth['cells'][number]>;

/** Which share of the people uses which feature, by month; only of people who agree to it, and of at least ten. */
export function UsageReports({ tenant }: { tenant?: string }) {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['usage', tenant],
    queryFn: async () => (await api.showFeatureUsage({ query: { tenant } })).data,
  });
  const months = data?.months ?? [];
  const rows = (months[0]?.cells ?? []).map(({ feature }) => {
    const cells = months.map(({ month, cells: found }) => [month, found.find((each) => each.feature === feature)]);
    return { id: feature, ...Object.fromEntries(cells) } as Row;
  });
  const columns: Column<Row>[] = [
    { title: t`Feature`, value: ({ id }) => t(FEATURE_TITLES[id]), render: ({ id }) => t(FEATURE_TITLES[id]) },
    ...months.map(({ month }, index): Column<Row> => ({
      title: monthName(i18n.locale, month),
      numeric: true,
      card: index === months.length - 1 ? 'aside' : undefined,
      value: (row) => row[month]?.percent,
      render: (row) => shareOf(t, row[month]),
    })),
  ];
  const people = data?.people;
  return (
    <Section
      title={t`Use of features`}
      lead={
        people == null ? (
          <Trans>Counted only from people who agree to it in the app, and only from ten people on.</Trans>
        ) : (
          <Trans>
            Of about {people} people who agree to it. No figure has fewer than ten people behind it, or behind the rest.
          </Trans>
        )
      }
    >
      <DataTable<Row>
        label={t`Use of features by month`}
        list={{ items: rows, loaded: data !== undefined, fault: error, retry: () => void refetch() }}
        columns={columns}
        exportable
        empty={
          <EmptyState icon={IconChartBar} text={<Trans>Fewer than ten people have agreed to be counted.</Trans>} />
        }
      />
    </Section>
  );
}
