import { Button, Group, Progress, Select, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { api, type InvoiceRun as Run, type InvoiceRunOutcome } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { Drawer } from '~/design/Drawer';
import { useAllPages } from '~/design/lists';
import { formatAmount } from '~/design/money';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { INVOICE_LISTS } from './InvoiceDrawer';
import { dayOf, pastMonths } from './model';

const POLL_MS = 500;

/** Drawer that issues the invoices of a month for all organisations: first a preview, then the run, on the server. */
export function InvoiceRun({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t, i18n } = useLingui();
  const queries = useQueryClient();
  const months = pastMonths(new Date());
  const [month, setMonth] = useState(months[0]!);
  const [chosen, setChosen] = useState<Run>();
  // A run goes on without this page: show it when the page is opened again.
  const runs = useQuery({
    queryKey: ['invoice-runs'],
    queryFn: async () => (await api.listInvoiceRuns()).data.items,
    enabled: opened,
  });
  const begun = chosen ?? runs.data?.find(({ finished }) => !finished);
  const progress = useQuery({
    queryKey: ['invoice-runs', begun?.month, begun?.dry_run, begun?.started],
    queryFn: async () =>
      (await api.showInvoiceRun({ path: { month: begun!.month }, query: { dry_run: begun!.dry_run } })).data,
    enabled: begun !== undefined,
    refetchInterval: ({ state }) => (state.data?.finished ? false : POLL_MS),
  });
  const run = progress.data ?? begun;
  const ended = Boolean(run?.finished);
  const start = useMutation({
    mutationFn: async (dry_run: boolean) => (await api.startInvoiceRun({ body: { month, dry_run } })).data,
    onSuccess: setChosen,
  });
  useEffect(() => {
    if (ended && !run?.dry_run)
      void Promise.all(INVOICE_LISTS.map((key) => queries.invalidateQueries({ queryKey: [key] })));
  }, [ended, run?.dry_run, queries]);
  const close = () => {
    onClose();
    setChosen(undefined);
    start.reset();
    void queries.invalidateQueries({ queryKey: ['invoice-runs'] });
  };
  const busy = start.isPending || (run !== undefined && !ended);
  const issued = ended && !run?.dry_run;
  return (
    <Drawer
      opened={opened}
      onClose={close}
      title={t`Issue invoices`}
      footer={
        <Group justify="flex-end">
          {issued ? (
            <Button size="md" onClick={close}>
              <Trans>Close</Trans>
            </Button>
          ) : run && ended && run.invoices > 0 ? (
            <Button size="md" loading={busy} onClick={() => start.mutate(false)}>
              <Plural value={run.invoices} one="Issue # invoice" other="Issue # invoices" />
            </Button>
          ) : (
            <Button size="md" loading={busy} onClick={() => start.mutate(true)}>
              <Trans>Show the preview</Trans>
            </Button>
          )}
        </Group>
      }
    >
      <Stack>
        <Text size="sm">
          <Trans>
            Each organisation gets one invoice for a month and never a second one, so a run can be repeated. Issued
            invoices get their numbers, are sent by e-mail and never change; one with a mistake is cancelled by a credit
            note. The server goes on if you close this page.
          </Trans>
        </Text>
        <Select
          size="md"
          label={t`Month`}
          allowDeselect={false}
          disabled={busy || issued}
          data={months.map((value) => ({
            value,
            label: i18n.date(dayOf(`${value}-01`), { month: 'long', year: 'numeric' }),
          }))}
          value={run?.month ?? month}
          onChange={(value) => {
            setMonth(value!);
            setChosen(undefined);
          }}
        />
        {busy && <Progress value={((run?.done ?? 0) / Math.max(1, run?.total ?? 1)) * 100} aria-label={t`Progress`} />}
        <ErrorBar fault={progress.error} retry={progress.refetch} />
        <ErrorBar fault={runs.error} retry={runs.refetch} />
        <ErrorNotice fault={start.error} />
        {run && ended && <Outcomes run={run} />}
      </Stack>
    </Drawer>
  );
}

function Outcomes({ run: { month, dry_run, started, unrated } }: { run: Run }) {
  const { t, i18n } = useLingui();
  const results = { draft: t`would be issued`, issued: t`issued`, exists: t`issued before` };
  const outcomes = useAllPages<InvoiceRunOutcome>(['invoice-run-outcomes', month, dry_run, started], (cursor) =>
    api.listInvoiceRunOutcomes({ path: { month }, query: { dry_run, cursor, limit: MAX_PAGE_SIZE } }),
  );
  const rows = outcomes.items.flatMap((each) => each.invoices.map((invoice) => ({ ...each, invoice })));
  if (!outcomes.loaded) return <ErrorBar fault={outcomes.fault} retry={outcomes.retry} />;
  return (
    <>
      {outcomes.items
        .filter(({ problem }) => problem)
        .map(({ tenant_id, name, problem }) => (
          <Text key={tenant_id} size="sm" c="var(--mantine-color-error)">
            <bdi>{name}</bdi>: {problem}
          </Text>
        ))}
      {unrated > 0 && (
        <InfoNotice title={t`Calls without a price`}>
          <Plural
            value={unrated}
            one="# call of the month has no price, so it is on no invoice. Start a rate deck with its rate and rate again."
            other="# calls of the month have no price, so they are on no invoice. Start a rate deck with their rates and rate again."
          />
        </InfoNotice>
      )}
      {rows.length === 0 ? (
        <Text size="sm">
          <Trans>Nothing is left to invoice for this month.</Trans>
        </Text>
      ) : (
        <Table aria-label={t`Invoices of the month`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Organisation`}</Table.Th>
              <Table.Th>{t`Invoice`}</Table.Th>
              <Table.Th ta="right">{t`Total`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ tenant_id, name, invoice }) => (
              <Table.Tr key={`${tenant_id} ${invoice.currency}`}>
                <Table.Td>
                  <bdi>{name}</bdi>
                </Table.Td>
                <Table.Td>
                  {invoice.number} {results[invoice.result]}
                </Table.Td>
                <Table.Td ta="right">{formatAmount(invoice.total, invoice.currency, i18n.locale)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}
