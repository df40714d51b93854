import { Button, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Payment } from '~/api';
import { formatDateTime } from '~/design/dates';
import { Drawer } from '~/design/Drawer';
import { useAllPages } from '~/design/lists';
import { formatAmount } from '~/design/money';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { RefundForm } from './RefundForm';

interface PaymentDrawerProps {
  /** Undefined while none is open. */
  payment?: Payment;
  tenant?: string;
  /** Only operators refund payments. */
  operator: boolean;
  onClose: () => void;
}

/** A payment with its refunds, and what is left of it; or the payment of a refund. */
export function PaymentDrawer({ payment, tenant, operator, onClose }: PaymentDrawerProps) {
  const { t } = useLingui();
  const title = payment?.refund_of ? t`Refund ${payment.reference}` : t`Payment ${payment?.reference ?? ''}`;
  return (
    <Drawer opened={payment !== undefined} onClose={onClose} title={title}>
      {payment && (
        <Stack>
          <Summary payment={payment} />
          {!payment.refund_of && <Refunds payment={payment} tenant={tenant} operator={operator} />}
        </Stack>
      )}
    </Drawer>
  );
}

function Summary({ payment: { amount, currency, at, invoice, refund_of } }: { payment: Payment }) {
  const { i18n } = useLingui();
  return (
    <Text size="sm">
      <Trans>
        {formatAmount(amount, currency, i18n.locale)}, recorded {formatDateTime(at)}
      </Trans>
      <br />
      {refund_of ? (
        <Trans>It refunds the payment {refund_of}.</Trans>
      ) : invoice ? (
        <Trans>For invoice {invoice}.</Trans>
      ) : (
        <Trans>It names no invoice: it paid the oldest ones that were open, and the rest is credit.</Trans>
      )}
    </Text>
  );
}

function Refunds({ payment, tenant, operator }: { payment: Payment; tenant?: string; operator: boolean }) {
  const { t, i18n } = useLingui();
  const [refunding, setRefunding] = useState(false);
  const { reference, amount, currency } = payment;
  const refunds = useAllPages<Payment>(['payments', tenant, 'refunds', reference], (cursor) =>
    api.listPayments({ query: { tenant, refund_of: reference, cursor } }),
  );
  if (!refunds.loaded)
    return refunds.fault ? <ErrorBar fault={refunds.fault} retry={refunds.retry} /> : <SkeletonBlock height={120} />;
  const left = refunds.items.reduce((sum, each) => sum + each.amount, amount);
  const money = (micros: number) => formatAmount(micros, currency, i18n.locale);
  if (refunding)
    return <RefundForm payment={payment} left={left} tenant={tenant} onClose={() => setRefunding(false)} />;
  return (
    <>
      {refunds.items.length > 0 && (
        <Table aria-label={t`Refunds`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Refund`}</Table.Th>
              <Table.Th>{t`Recorded`}</Table.Th>
              <Table.Th ta="right">{t`Amount`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {refunds.items.map((each) => (
              <Table.Tr key={each.reference}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{each.reference}</Table.Td>
                <Table.Td>{formatDateTime(each.at)}</Table.Td>
                <Table.Td ta="right">{money(each.amount)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Text size="sm">
        {left > 0 ? <Trans>{money(left)} of it is not refunded.</Trans> : <Trans>It is refunded as a whole.</Trans>}
      </Text>
      {operator && left > 0 && (
        <Button size="md" variant="default" onClick={() => setRefunding(true)}>
          <Trans>Refund the payment</Trans>
        </Button>
      )}
    </>
  );
}
