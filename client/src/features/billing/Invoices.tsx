import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconFileInvoice } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Balance, type Invoice } from '~/api';
import { EmptyState } from '~/design/EmptyState';
import { hasTools, usePages } from '~/design/lists';
import { formatAmount } from '~/design/money';
import { ErrorBar } from '~/design/ErrorBar';
import { InfoNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { CallsEnd } from './CallsEnd';
import { AddCredit, ReturnedPayment } from './CardPayments';
import { InvoiceDrawer } from './InvoiceDrawer';
import { InvoiceRun } from './InvoiceRun';
import { INVOICE_STATES, dayOf } from './model';

interface InvoicesProps {
  tenant?: string;
  /** Only operators issue and cancel invoices and record payments. */
  operator: boolean;
}

type Row = Invoice & { id: string };

const SHOWN_STATES = Object.entries(INVOICE_STATES) as [Invoice['state'], (typeof INVOICE_STATES)['open']][];

/** The balance of the organisation, its invoices and credit notes, and the monthly run. */
export function Invoices({ tenant, operator }: InvoicesProps) {
  const { t, i18n } = useLingui();
  const [opened, setOpened] = useState<string>();
  const [running, setRunning] = useState(false);
  const list = usePages<Invoice>(['invoices', tenant], (cursor) => api.listInvoices({ query: { tenant, cursor } }));
  const balance = useQuery({
    queryKey: ['balance', tenant],
    queryFn: async () => (await api.showBalance({ query: { tenant } })).data.items,
  });
  const amount = (micros: number, currency: string) => formatAmount(micros, currency, i18n.locale);
  const day = (value: string) => i18n.date(dayOf(value), { dateStyle: 'medium' });
  const columns: Column<Row>[] = [
    { title: t`Number`, value: ({ number }) => number, render: ({ number }) => number },
    {
      title: t`State`,
      card: 'aside',
      value: ({ state }) => t(INVOICE_STATES[state].text),
      render: (row) => <StateBadge invoice={row} />,
    },
    {
      title: t`Month`,
      value: ({ month }) => month,
      render: ({ month }) => i18n.date(dayOf(month), { month: 'long', year: 'numeric' }),
    },
    { title: t`Issued`, card: 'none', value: ({ issued }) => issued, render: ({ issued }) => day(issued) },
    { title: t`Due`, card: 'none', value: ({ due }) => due, render: ({ due }) => day(due) },
    {
      title: t`Total`,
      numeric: true,
      value: ({ total }) => total,
      render: ({ total, currency }) => amount(total, currency),
    },
    {
      title: t`To pay`,
      numeric: true,
      value: ({ left }) => left,
      render: ({ left, currency }) => amount(left, currency),
    },
  ];
  const run = operator && (
    <Button size="md" onClick={() => setRunning(true)}>
      <Trans>Issue invoices</Trans>
    </Button>
  );
  return (
    <Section title={t`Invoices`} lead={<BalanceText balances={balance.data} />}>
      <ErrorBar fault={balance.error} retry={balance.refetch} />
      <CallsEnd tenant={tenant} />
      <WaitingInvoices invoices={list.items} />
      <ReturnedPayment tenant={tenant} />
      {!operator && (
        <Group>
          <AddCredit tenant={tenant} currency={balance.data?.[0]?.currency ?? 'EUR'} />
        </Group>
      )}
      <DataTable<Row>
        label={t`Invoices`}
        list={{
          ...list,
          items: list.items.map((each) => ({ ...each, id: each.number })),
          loadAll: list.loadAll && (async () => (await list.loadAll!()).map((each) => ({ ...each, id: each.number }))),
        }}
        columns={columns}
        filters={[
          {
            id: 'state',
            title: t`State`,
            options: SHOWN_STATES.map(([value, { text }]) => ({ value, label: t(text) })),
            match: ({ state }, value) => state === value,
          },
        ]}
        exportable
        onOpen={({ number }) => setOpened(number)}
        tools={hasTools(list) && run}
        empty={
          <EmptyState
            icon={IconFileInvoice}
            text={<Trans>No invoice was issued yet. Invoices are issued for months that are over.</Trans>}
            action={run || undefined}
          />
        }
      />
      <InvoiceDrawer number={opened} onClose={() => setOpened(undefined)} tenant={tenant} operator={operator} />
      {operator && <InvoiceRun opened={running} onClose={() => setRunning(false)} />}
    </Section>
  );
}

/** The state of an invoice, with the day of its direct debit. */
export function StateBadge({ invoice }: { invoice: Pick<Invoice, 'state'> }) {
  const { t } = useLingui();
  const { text, colour } = INVOICE_STATES[invoice.state];
  return (
    <Badge variant="dot" miw="max-content" color={colour}>
      {t(text)}
    </Badge>
  );
}

/** Invoices that wait because there is no e-mail address. Those of today may still leave. */
function WaitingInvoices({ invoices }: { invoices: Invoice[] }) {
  const { t } = useLingui();
  const today = new Date().toISOString().slice(0, 10);
  const waiting = invoices.filter(({ sent, issued }) => !sent && issued < today);
  if (waiting.length === 0) return null;
  return (
    <InfoNotice title={t`Invoices were not sent by e-mail`}>
      <Text size="sm">
        <Trans>
          {waiting.map(({ number }) => number).join(', ')}: enter an e-mail address in the billing details. They leave
          then within five minutes.
        </Trans>
      </Text>
    </InfoNotice>
  );
}

function BalanceText({ balances }: { balances?: Balance[] }) {
  const { i18n } = useLingui();
  if (!balances) return null;
  if (balances.length === 0) return <Trans>Nothing was sold or paid yet.</Trans>;
  return balances.map(({ currency, owed, unbilled }) => {
    const amount = (micros: number) => formatAmount(micros, currency, i18n.locale);
    return (
      <Text key={currency} size="sm">
        {owed - unbilled >= 0 ? (
          <Trans>
            Invoices to pay: <strong>{amount(owed - unbilled)}</strong>.
          </Trans>
        ) : (
          <Trans>
            Credit: <strong>{amount(unbilled - owed)}</strong>.
          </Trans>
        )}{' '}
        <Trans>Calls that are on no invoice yet: {amount(unbilled)} net.</Trans>
      </Text>
    );
  });
}
