import { useQuery } from '@tanstack/react-query';
import { IconHeadset } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Queue, type QueueReport } from '~/api';
import { fetchAll, MAX_PAGE_SIZE } from '~/core/pagination';
import { formatDuration } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';

interface QueueReportsProps {
  tenant?: string;
  period: { since: string; until: string };
}

type Row = QueueReport & Pick<Queue, 'id' | 'name' | 'number'>;

/** Service level and waiting times of each queue. */
export function QueueReports({ tenant, period }: QueueReportsProps) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['queues', tenant, 'reports', period],
    queryFn: async (): Promise<Row[]> => {
      const queues = await fetchAll<Queue>((cursor) =>
        api.listQueues({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
      );
      const report = async ({ id, name, number }: Queue) => {
        const found = await api.showQueueStatistics({ path: { queue: id }, query: { tenant, ...period } });
        return { ...found.data, id, name, number };
      };
      return Promise.all(queues.map(report));
    },
  });
  const time = (seconds: number | null | undefined) => (seconds == null ? '–' : formatDuration(seconds));
  const columns: Column<Row>[] = [
    {
      title: t`Queue`,
      value: ({ name }) => name,
      render: ({ name, number }) => (
        <span>
          <bdi>{name}</bdi> · {number}
        </span>
      ),
    },
    { title: t`Calls`, numeric: true, value: ({ calls }) => calls, render: ({ calls }) => calls },
    {
      title: t`Service level`,
      numeric: true,
      card: 'aside',
      value: (row) => row.service_level,
      render: (row) => (row.service_level == null ? '–' : `${Math.round(row.service_level * 100)} %`),
    },
    {
      title: t`Answered`,
      numeric: true,
      card: 'none',
      value: ({ answered }) => answered,
      render: ({ answered }) => answered,
    },
    {
      title: t`Abandoned`,
      numeric: true,
      card: 'none',
      value: ({ abandoned }) => abandoned,
      render: ({ abandoned }) => abandoned,
    },
    {
      title: t`Average wait`,
      numeric: true,
      value: (row) => row.average_wait,
      render: (row) => time(row.average_wait),
    },
    {
      title: t`Longest wait`,
      numeric: true,
      card: 'none',
      value: (row) => row.longest_wait,
      render: (row) => time(row.longest_wait),
    },
  ];
  return (
    <Section title={t`Queues`}>
      <DataTable<Row>
        label={t`Figures of the queues`}
        list={{ items: data ?? [], loaded: data !== undefined, fault: error, retry: () => void refetch() }}
        columns={columns}
        exportable
        empty={<EmptyState icon={IconHeadset} text={<Trans>No queue has been created yet.</Trans>} />}
      />
    </Section>
  );
}
