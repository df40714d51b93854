import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { formatDate } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { ENDING_KINDS } from './retention-texts';
import classes from './privacy.module.css';

/** How much of each kind is deleted now and within the next days. */
export function RetentionPreview({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['retention-preview', tenant],
    queryFn: async () => (await api.previewRetention({ query: { tenant } })).data,
  });
  if (isPending) return <SkeletonBlock height={160} />;
  if (!data) return <ErrorBar fault={error} retry={refetch} />;
  const times = data[0]?.counts.map(({ before }) => before) ?? [];
  return (
    <div className={classes.scrolls} data-scrolls>
      <Table aria-label={t`Next deletions`} className={classes.preview}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">
              <Trans>Data</Trans>
            </Table.Th>
            {times.map((time, at) => (
              <Table.Th key={time} scope="col" ta="end">
                {at === 0 ? t`Now` : t`By ${formatDate(time)}`}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.map(({ kind, counts }) => (
            <Table.Tr key={kind}>
              <Table.Th scope="row">{ENDING_KINDS[kind] ? t(ENDING_KINDS[kind]) : kind}</Table.Th>
              {counts.map(({ before, count }) => (
                <Table.Td key={before} ta="end" className="tabular">
                  {count}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
