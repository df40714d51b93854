import { Badge, Button } from '@mantine/core';
import { IconCash } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Invoice, type Payment } from '~/api';
import { formatDateTime } from '~/design/dates';
import { Drawer } from '~/design/Drawer';
import { EmptyState } from '~/design/EmptyState';
import { hasTools, useAllPages, usePages } from '~/design/lists';
import { formatAmount } from '~/design/money';
import { ErrorBar } from '~/design/ErrorBar';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { DataTable, type Column } from '~/design/table';
import { isByCard, isPayable } from './model';
import { PaymentDrawer } from './PaymentDrawer';
import { PaymentForm } from './PaymentForm';

interface PaymentsProps {
  tenant?: string;
  /** Only operators record payments and refunds. */
  operator: boolean;
}

type Row = Payment & { id: string };

const withId = (each: Payment): Row => ({ ...each, id: `${each.refund_of} ${each.reference}` });

/** Payments of the organisation and their refunds, newest first. */
export function Payments({ tenant, operator }: PaymentsProps) {
  const { t, i18n } = useLingui();
  const [opened, setOpened] = useState<Payment>();
  const [recording, setRecording] = useState(false);
  const list = usePages<Row>(['payments', tenant], async (cursor) => {
    const { data } = await api.listPayments({ query: { tenant, cursor } });
    return { data: { ...data, items: data.items.map(withId) } };
  });
  const kindOf = ({ refund_of, reference }: Payment) => {
    if (refund_of) return t`Refund`;
    return isByCard(reference) ? t`Card` : t`Bank transfer`;
  };
  const columns: Column<Row>[] = [
    {
      title: t`Transaction`,
      card: 'title',
      value: ({ reference }) => reference,
      render: ({ reference }) => reference,
    },
    { title: t`Recorded`, value: ({ at }) => at, render: ({ at }) => formatDateTime(at) },
    {
      title: t`Kind`,
      card: 'aside',
      value: kindOf,
      render: (row) => (
        <Badge variant="dot" miw="max-content" color={row.refund_of ? 'orange' : 'teal'}>
          {kindOf(row)}
        </Badge>
      ),
    },
    {
      title: t`Invoice`,
      value: ({ invoice }) => invoice,
      render: ({ invoice, refund_of }) => invoice || (refund_of ? t`of ${refund_of}` : '–'),
    },
    {
      title: t`Amount`,
      numeric: true,
      value: ({ amount }) => amount,
      render: ({ amount, currency }) => formatAmount(amount, currency, i18n.locale),
    },
  ];
  const record = operator && (
    <Button size="md" onClick={() => setRecording(true)}>
      <Trans>Record a payment</Trans>
    </Button>
  );
  const close = () => setRecording(false);
  return (
    <Section title={t`Payments`} lead={<Trans>Amounts received by bank transfer and card, and their refunds.</Trans>}>
      <DataTable<Row>
        label={t`Payments`}
        list={list}
        columns={columns}
        filters={[
          {
            id: 'kind',
            title: t`Kind`,
            options: [
              { value: 'payment', label: t`Payments` },
              { value: 'refund', label: t`Refunds` },
            ],
            match: ({ refund_of }, value) => (refund_of !== '') === (value === 'refund'),
          },
        ]}
        exportable
        onOpen={setOpened}
        tools={hasTools(list) && record}
        empty={
          <EmptyState icon={IconCash} text={<Trans>No payment was recorded yet.</Trans>} action={record || undefined} />
        }
      />
      <PaymentDrawer payment={opened} tenant={tenant} operator={operator} onClose={() => setOpened(undefined)} />
      <Drawer opened={recording} onClose={close} title={t`Record a payment`}>
        {recording && <NewPayment tenant={tenant} onClose={close} />}
      </Drawer>
    </Section>
  );
}

function NewPayment({ tenant, onClose }: { tenant?: string; onClose: () => void }) {
  const invoices = useAllPages<Invoice>(['invoices', tenant], (cursor) =>
    api.listInvoices({ query: { tenant, cursor } }),
  );
  if (invoices.fault) return <ErrorBar fault={invoices.fault} retry={invoices.retry} />;
  if (!invoices.loaded) return <SkeletonBlock height={240} />;
  const currency = invoices.items[0]?.currency;
  return (
    <PaymentForm choices={invoices.items.filter(isPayable)} currency={currency} tenant={tenant} onClose={onClose} />
  );
}
