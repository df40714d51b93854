import { Button, Group, Progress, Select, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type InvoiceIssue } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { asProblem } from '~/core/problem';
import { useValue } from '~/core/store';
import { toast } from '~/core/toasts';
import { Drawer } from '~/design/Drawer';
import { formatAmount } from '~/design/money';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { problemText } from '~/design/problem-messages';
import { INVOICE_LISTS } from './InvoiceDrawer';
import { dayOf, pastMonths } from './model';

/** Result of a run for an organisation, or why it has none. */
interface Outcome {
  id: string;
  name: string;
  invoices: InvoiceIssue[];
  unrated: number;
  problem?: string;
}

/** Drawer that issues the invoices of a month for all organisations: first a preview, then the run. */
export function InvoiceRun({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t, i18n } = useLingui();
  const queries = useQueryClient();
  const tenants = useValue(tenantSelection, (each) => each.all);
  const months = pastMonths(new Date());
  const [month, setMonth] = useState(months[0]!);
  const [done, setDone] = useState(0);
  const ask = async (dry_run: boolean): Promise<Outcome[]> => {
    const found: Outcome[] = [];
    setDone(0);
    for (const { id, name } of tenants) {
      try {
        const { data } = await api.issueInvoices({ query: { tenant: id }, body: { month, dry_run } });
        found.push({ id, name, ...data });
      } catch (fault) {
        const { title, advice } = problemText(asProblem(fault), t);
        found.push({ id, name, invoices: [], unrated: 0, problem: `${title} ${advice ?? ''}`.trim() });
      }
      setDone(found.length);
    }
    return found;
  };
  const preview = useMutation({ mutationFn: () => ask(true) });
  const run = useMutation({
    mutationFn: () => ask(false),
    onSuccess: (outcomes) => {
      const count = outcomes.flatMap(({ invoices }) => invoices).filter(({ result }) => result === 'issued').length;
      toast({ message: t`Invoices issued: ${count}.` });
    },
    onSettled: () => Promise.all(INVOICE_LISTS.map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  const close = () => {
    onClose();
    preview.reset();
    run.reset();
  };
  const outcomes = run.data ?? preview.data;
  const drafts = (preview.data ?? []).flatMap(({ invoices }) => invoices).filter(({ result }) => result === 'draft');
  const busy = preview.isPending || run.isPending;
  return (
    <Drawer
      opened={opened}
      onClose={close}
      title={t`Issue invoices`}
      footer={
        <Group justify="flex-end">
          {run.isSuccess ? (
            <Button size="md" onClick={close}>
              <Trans>Close</Trans>
            </Button>
          ) : preview.isSuccess && drafts.length > 0 ? (
            <Button size="md" loading={busy} onClick={() => run.mutate()}>
              <Plural value={drafts.length} one="Issue # invoice" other="Issue # invoices" />
            </Button>
          ) : (
            <Button size="md" loading={busy} onClick={() => preview.mutate()}>
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
            note.
          </Trans>
        </Text>
        <Select
          size="md"
          label={t`Month`}
          allowDeselect={false}
          disabled={busy || run.isSuccess}
          data={months.map((value) => ({
            value,
            label: i18n.date(dayOf(`${value}-01`), { month: 'long', year: 'numeric' }),
          }))}
          value={month}
          onChange={(value) => {
            setMonth(value!);
            preview.reset();
          }}
        />
        {busy && <Progress value={(done / Math.max(1, tenants.length)) * 100} aria-label={t`Progress`} />}
        <ErrorNotice fault={preview.error ?? run.error} />
        {outcomes && <Outcomes outcomes={outcomes} />}
      </Stack>
    </Drawer>
  );
}

function Outcomes({ outcomes }: { outcomes: Outcome[] }) {
  const { t, i18n } = useLingui();
  const results = { draft: t`would be issued`, issued: t`issued`, exists: t`issued before` };
  const rows = outcomes.flatMap(({ id, name, invoices }) => invoices.map((invoice) => ({ id, name, invoice })));
  const unrated = outcomes.reduce((sum, each) => sum + each.unrated, 0);
  return (
    <>
      {outcomes
        .filter(({ problem }) => problem)
        .map(({ id, name, problem }) => (
          <Text key={id} size="sm" c="var(--mantine-color-error)">
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
            {rows.map(({ id, name, invoice }) => (
              <Table.Tr key={`${id} ${invoice.currency}`}>
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
