import { Accordion, Button, Code, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Person } from '~/api';
import { organisation } from '~/api/organisation';
import { MOST } from '~/kernel/pages';
import { useAll } from '~/design/lists';
import { Fault } from '~/design/Notice';
import { moment } from '~/design/moments';
import { Page } from '~/design/Page';
import { useValue } from '~/kernel/store';

/** What clients found out about themselves and their owners sent. */
export default function Reports() {
  const { t } = useLingui();
  const tenant = useValue(organisation, (each) => each.chosen?.id);
  const queries = useQueryClient();
  const { data, error } = useQuery({
    queryKey: ['reports', tenant],
    queryFn: async () => (await api.listDiagnosticsReports({ query: { tenant } })).data.items,
  });
  const people = useAll<Person>(['persons', tenant], (cursor) =>
    api.listPersons({ query: { tenant, cursor, limit: MOST } }),
  ).items;
  const drop = useMutation({
    mutationFn: (id: string) => api.dropDiagnosticsReport({ path: { report_id: id }, query: { tenant } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['reports'] }),
  });
  return (
    <Page title={t`Diagnostics reports`} size="md">
      <Fault fault={error ?? drop.error} />
      <Text c="dimmed" size="sm" mb="md">
        <Trans>Sent by people who looked at every line first. Each is kept for thirty days.</Trans>
      </Text>
      {data?.length === 0 && (
        <Text c="dimmed" ta="center" py="xl">
          <Trans>Nobody has sent one.</Trans>
        </Text>
      )}
      <Accordion variant="separated">
        {data?.map((report) => (
          <Accordion.Item key={report.id} value={report.id}>
            <Accordion.Control>
              {people.find((person) => person.id === report.person_id)?.name ?? t`somebody`}, {moment(report.created)}
            </Accordion.Control>
            <Accordion.Panel>
              <Code block>{report.text}</Code>
              <Group justify="flex-end" mt="sm">
                <Button variant="default" size="xs" onClick={() => drop.mutate(report.id)}>
                  <Trans>Dealt with, delete</Trans>
                </Button>
              </Group>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Page>
  );
}
