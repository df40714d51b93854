import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { IconDownload } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type InvoiceDetails } from '~/api';
import { useChanges } from '~/design/changes';
import { confirmAction } from '~/design/Confirm';
import { formatDateTime } from '~/design/dates';
import { Drawer } from '~/design/Drawer';
import { saveFile } from '~/design/files';
import { formatAmount } from '~/design/money';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { PayByCard } from './CardPayments';
import { StateBadge } from './Invoices';
import { CreditForm } from './CreditForm';
import { creditableOf, dayOf, isPayable, shortId } from './model';
import { PaymentForm } from './PaymentForm';
import { useLineNames } from './useLineNames';

interface InvoiceDrawerProps {
  /** Undefined while none is open. */
  number?: string;
  onClose: () => void;
  tenant?: string;
  operator: boolean;
}

interface ContentProps {
  invoice: InvoiceDetails;
  tenant?: string;
  operator: boolean;
}

/** Query keys of the lists that a change of an invoice concerns. */
export const INVOICE_LISTS = [
  'invoices',
  'invoice',
  'balance',
  'payments',
  'credit',
  'direct-debits',
  'charges',
] as const;

/** One invoice: its lines, files, and what can be done with it. */
export function InvoiceDrawer({ number, onClose, tenant, operator }: InvoiceDrawerProps) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['invoice', tenant, number],
    queryFn: async () => (await api.showInvoice({ path: { invoice: number! }, query: { tenant } })).data,
    enabled: number !== undefined,
  });
  const title = data?.state === 'credit_note' ? t`Credit note ${data.number}` : t`Invoice ${number ?? ''}`;
  return (
    <Drawer opened={number !== undefined} onClose={onClose} title={title}>
      <Stack>
        <ErrorBar fault={error} retry={refetch} />
        {!data && !error && <SkeletonBlock height={240} />}
        {data && (
          <>
            <Summary invoice={data} />
            <Lines invoice={data} />
            <Files invoice={data} tenant={tenant} />
            {!operator && (data.state === 'open' || data.state === 'overdue') && (
              <PayByCard invoice={data.number} tenant={tenant} />
            )}
            {operator && isPayable(data) && <Work key={data.number} invoice={data} tenant={tenant} operator />}
            {operator && data.state !== 'collected' && creditableOf(data.lines, '') > 0 && (
              <Credit key={`${data.number} ${data.credited}`} invoice={data} tenant={tenant} operator />
            )}
          </>
        )}
      </Stack>
    </Drawer>
  );
}

function Summary({ invoice }: { invoice: InvoiceDetails }) {
  const { i18n } = useLingui();
  const day = (value: string) => i18n.date(dayOf(value), { dateStyle: 'medium' });
  const { collection } = invoice;
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <StateBadge invoice={invoice} />
        <Text size="sm">
          <Trans>
            Issued {day(invoice.issued)}, due {day(invoice.due)}
          </Trans>
        </Text>
      </Group>
      {invoice.state === 'collected' && collection && (
        <Text size="sm">
          <Trans>
            {formatAmount(collection.amount, invoice.currency, i18n.locale)} is collected on {day(collection.day)} by
            file {shortId(collection.file)}.
          </Trans>
        </Text>
      )}
      {invoice.reminder > 0 && (
        <Text size="sm">
          {(invoice.reminded ?? 0) >= invoice.reminder ? (
            <Trans>Reminder {invoice.reminded} of 3 was sent.</Trans>
          ) : (
            <Trans>Reminder {invoice.reminder} of 3 is due.</Trans>
          )}
        </Text>
      )}
      {invoice.cancels && (
        <Text size="sm">
          {invoice.partial ? (
            <Trans>It takes back a part of invoice {invoice.cancels}.</Trans>
          ) : (
            <Trans>It cancels invoice {invoice.cancels}.</Trans>
          )}
        </Text>
      )}
      {(invoice.credited ?? 0) > 0 && (
        <Text size="sm">
          <Trans>{formatAmount(invoice.credited ?? 0, invoice.currency, i18n.locale)} of it is credited.</Trans>
        </Text>
      )}
      {invoice.sent ? (
        <Text size="sm" c="dimmed">
          <Trans>Sent by e-mail on {formatDateTime(invoice.sent)}.</Trans>
        </Text>
      ) : (
        <Text size="sm" c="orange.9">
          <Trans>
            Waits to be sent by e-mail. It leaves within five minutes if the billing details or an administrator have an
            e-mail address.
          </Trans>
        </Text>
      )}
    </Stack>
  );
}

function Lines({ invoice }: { invoice: InvoiceDetails }) {
  const { t, i18n } = useLingui();
  const money = (micros: number) => formatAmount(micros, invoice.currency, i18n.locale);
  const nameOf = useLineNames();
  return (
    <Table aria-label={t`Lines`}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t`Item`}</Table.Th>
          <Table.Th ta="right">{t`VAT`}</Table.Th>
          <Table.Th ta="right">{t`Net`}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {invoice.lines.map((line, at) => (
          <Table.Tr key={at}>
            <Table.Td>
              <bdi>{nameOf(line)}</bdi>
            </Table.Td>
            <Table.Td ta="right">{i18n.number(line.tax_rate / 10_000, { style: 'percent' })}</Table.Td>
            <Table.Td ta="right">{money(line.amount)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
      <Table.Tfoot>
        {[
          [t`Net total`, invoice.net] as const,
          [t`VAT`, invoice.tax] as const,
          [t`Total`, invoice.total] as const,
          ...(isPayable(invoice) ? [[t`To pay`, invoice.left] as const] : []),
        ].map(([title, sum]) => (
          <Table.Tr key={title}>
            <Table.Th colSpan={2}>{title}</Table.Th>
            <Table.Th ta="right">{money(sum)}</Table.Th>
          </Table.Tr>
        ))}
      </Table.Tfoot>
    </Table>
  );
}

function Files({ invoice, tenant }: Omit<ContentProps, 'operator'>) {
  const { t } = useLingui();
  const sending = useChanges(INVOICE_LISTS);
  const { number } = invoice;
  const options = { path: { invoice: number }, query: { tenant }, parseAs: 'blob' } as const;
  const save = useMutation({
    mutationFn: async (kind: 'pdf' | 'xml') => {
      const { data } = await (kind === 'pdf' ? api.downloadInvoicePdf(options) : api.downloadInvoiceXml(options));
      saveFile(new File([data as Blob], `${number}.${kind}`, { type: `application/${kind}` }));
    },
  });
  return (
    <>
      <ErrorNotice fault={save.error ?? sending.error} />
      <Group>
        {(['pdf', 'xml'] as const).map((kind) => (
          <Button
            key={kind}
            size="md"
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            loading={save.isPending && save.variables === kind}
            onClick={() => save.mutate(kind)}
          >
            {kind === 'pdf' ? 'PDF' : 'XML (EN 16931)'}
          </Button>
        ))}
        {invoice.sent && (
          <Button
            size="md"
            variant="default"
            loading={sending.isPending}
            onClick={() =>
              sending.mutate({
                apply: () => api.sendInvoiceAgain({ path: { invoice: number }, query: { tenant } }),
                message: t`Invoice ${number} is sent within five minutes.`,
              })
            }
          >
            <Trans>Send again</Trans>
          </Button>
        )}
      </Group>
    </>
  );
}

/** Recording a payment, cancelling, and returning a direct debit; the latter two after a question with the effects. */
function Work({ invoice, tenant }: ContentProps) {
  const { t } = useLingui();
  const [paying, setPaying] = useState(false);
  const changes = useChanges(INVOICE_LISTS);
  const { number } = invoice;
  const path = { invoice: number };
  const cancel = async () => {
    const confirmed = await confirmAction({
      title: t`Cancel invoice ${number}?`,
      text: t`A credit note about the whole invoice is issued and gets the next number. Amounts paid for it become credit. Its month can be invoiced again. A cancellation cannot be undone.`,
      confirmLabel: t`Issue a credit note`,
      cancelLabel: t`Keep the invoice`,
    });
    if (confirmed)
      changes.mutate({
        apply: () => api.cancelInvoice({ path, query: { tenant } }),
        message: t`Invoice ${number} is cancelled.`,
      });
  };
  const markReturned = async () => {
    const confirmed = await confirmAction({
      title: t`Was the direct debit of ${number} returned?`,
      text: t`The invoice is open again, reminders count from its due day, and the next file collects it again. If a payment was recorded for it, record the refund too.`,
      confirmLabel: t`It was returned`,
      cancelLabel: t`Close`,
    });
    if (confirmed)
      changes.mutate({
        apply: () => api.returnDirectDebit({ path, query: { tenant } }),
        message: t`The direct debit of ${number} was returned.`,
      });
  };
  if (paying) return <PaymentForm invoice={invoice} tenant={tenant} onClose={() => setPaying(false)} />;
  return (
    <Stack gap="sm">
      <ErrorNotice fault={changes.error} />
      <Button size="md" onClick={() => setPaying(true)}>
        <Trans>Record a payment</Trans>
      </Button>
      {invoice.state === 'collected' ? (
        <Button size="md" variant="default" loading={changes.isPending} onClick={() => void markReturned()}>
          <Trans>Direct debit was returned</Trans>
        </Button>
      ) : (
        !invoice.credited && (
          <Button size="md" variant="default" color="red.9" loading={changes.isPending} onClick={() => void cancel()}>
            <Trans>Cancel the invoice</Trans>
          </Button>
        )
      )}
    </Stack>
  );
}

function Credit({ invoice, tenant }: ContentProps) {
  const [crediting, setCrediting] = useState(false);
  if (crediting) return <CreditForm invoice={invoice} tenant={tenant} onClose={() => setCrediting(false)} />;
  return (
    <Button size="md" variant="default" onClick={() => setCrediting(true)}>
      <Trans>Credit a part</Trans>
    </Button>
  );
}
