import { Accordion, Button, Code, Group, Text } from '@mantine/core';
import { IconLifebuoy } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Person } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages, useLoadFault } from '~/design/lists';
import { ChoiceFaults } from '~/design/ChoiceFaults';
import { EmptyState } from '~/design/EmptyState';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { formatDateTime } from '~/design/dates';
import { Page } from '~/design/Page';
import { useValue } from '~/core/store';

/** Diagnostics reports sent by users. */
export default function Reports() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const queries = useQueryClient();
  const { data, error, errorUpdatedAt, refetch } = useQuery({
    queryKey: ['reports', tenant],
    queryFn: async () => (await api.listDiagnosticsReports({ query: { tenant } })).data.items,
  });
  const fault = useLoadFault({ data, error, errorUpdatedAt });
  const people = useAllPages<Person>(['persons', tenant], (cursor) =>
    api.listPersons({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  );
  const nameOf = (id: string) =>
    people.items.find((person) => person.id === id)?.name ?? (people.loaded ? t`Unknown person` : '…');
  const remove = useMutation({
    mutationFn: (id: string) => api.dropDiagnosticsReport({ path: { report_id: id }, query: { tenant } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['reports'] }),
  });
  return (
    <Page title={t`Help requests`} size="md">
      <ErrorBar fault={fault} retry={refetch} />
      {!fault && <ChoiceFaults />}
      <ErrorNotice fault={remove.error} />
      <Text c="dimmed" size="sm" mb="md">
        <Trans>Diagnostics that users have reviewed and sent. They are deleted after thirty days.</Trans>
      </Text>
      {data?.length === 0 && <EmptyState icon={IconLifebuoy} text={<Trans>No help requests.</Trans>} />}
      <Accordion variant="separated">
        {data?.map((report) => (
          <Accordion.Item key={report.id} value={report.id}>
            <Accordion.Control>
              <bdi>{nameOf(report.person_id)}</bdi>, {formatDateTime(report.created)}
            </Accordion.Control>
            <Accordion.Panel>
              <Code block>{report.text}</Code>
              <Group justify="flex-end" mt="sm">
                <Button variant="default" size="xs" loading={remove.isPending} onClick={() => remove.mutate(report.id)}>
                  <Trans>Delete</Trans>
                </Button>
              </Group>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Page>
  );
}
