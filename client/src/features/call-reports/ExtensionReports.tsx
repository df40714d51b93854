import { useQuery } from '@tanstack/react-query';
import { IconPhone } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type ExtensionCalls } from '~/api';
import { formatDuration } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';

interface ExtensionReportsProps {
  tenant?: string;
  period: { since: string; until: string };
}

type Row = ExtensionCalls & { id: string };

/** Calls of each extension. */
export function ExtensionReports({ tenant, period }: ExtensionReportsProps) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['statistics', 'extensions', tenant, period],
    queryFn: async (): Promise<Row[]> => {
      const found = await api.listExtensionStatistics({ query: { tenant, ...period } });
      return found.data.items.map((each) => ({ ...each, id: each.extension_id }));
    },
  });
  const columns: Column<Row>[] = [
    {
      title: t`Extension`,
      value: ({ number }) => number,
      render: ({ name, number }) => (
        <span>
          <bdi>{name}</bdi> · {number}
        </span>
      ),
    },
    { title: t`Calls made`, numeric: true, value: ({ made }) => made, render: ({ made }) => made },
    { title: t`Calls received`, numeric: true, value: ({ received }) => received, render: ({ received }) => received },
    {
      title: t`Answered`,
      numeric: true,
      card: 'none',
      value: ({ answered }) => answered,
      render: ({ answered }) => answered,
    },
    {
      title: t`Talk time`,
      numeric: true,
      value: (row) => row.talk_seconds,
      render: (row) => formatDuration(row.talk_seconds),
    },
  ];
  return (
    <Section title={t`Extensions`} lead={<Trans>Without people who object to statistics.</Trans>}>
      <DataTable<Row>
        label={t`Calls of the extensions`}
        list={{ items: data ?? [], loaded: data !== undefined, fault: error, retry: () => void refetch() }}
        columns={columns}
        exportable
        empty={<EmptyState icon={IconPhone} text={<Trans>No calls in this period.</Trans>} />}
      />
    </Section>
  );
}
