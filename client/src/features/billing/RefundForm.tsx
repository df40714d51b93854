import { Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Payment } from '~/api';
import { formatAmount } from '~/design/money';
import { EditForm } from '~/features/routing';
import { AmountInput } from './AmountInput';
import { INVOICE_LISTS } from './InvoiceDrawer';
import { amountInput, isByCard, parseAmount } from './model';
import { usePaymentChecks } from './usePaymentChecks';

interface RefundFormProps {
  payment: Payment;
  /** Part of it that is not refunded, in millionths. */
  left: number;
  tenant?: string;
  onClose: () => void;
}

/** Refunds a payment, by default all that is left of it: by card at once, by bank transfer as a record. */
export function RefundForm({ payment: { reference: paid, currency }, left, tenant, onClose }: RefundFormProps) {
  const { t, i18n } = useLingui();
  const checks = usePaymentChecks();
  const form = useForm({
    initialValues: { reference: '', amount: amountInput(left, i18n.locale) },
    validate: { reference: checks.reference, amount: (value) => checks.amount(value, currency, left) },
  });
  const money = (micros: number) => formatAmount(micros, currency, i18n.locale);
  const card = isByCard(paid);
  return (
    <EditForm
      form={form}
      affected={INVOICE_LISTS}
      tenant={tenant}
      onClose={onClose}
      change={({ reference, amount }) => ({
        apply: () =>
          api.recordRefund({
            query: { tenant },
            body: { payment: paid, reference: reference.trim(), amount: parseAmount(amount)! },
          }),
        message: card ? t`The refund to the card is on its way.` : t`The refund is recorded.`,
      })}
    >
      <TextInput
        size="md"
        label={card ? t`Number of the refund` : t`Number of the transaction`}
        description={
          card
            ? t`A number of your own, such as R-2027-1. The same number is refunded once.`
            : t`From the bank statement, without names. The same number is refused the second time.`
        }
        required
        maxLength={28}
        autoComplete="off"
        {...form.getInputProps('reference')}
      />
      <AmountInput
        label={t`Amount in ${currency}`}
        description={t`At most ${money(left)}.`}
        {...form.getInputProps('amount')}
      />
      <Text size="sm">
        {card ? (
          <Trans>The payment processor returns the amount to the card. This cannot be undone.</Trans>
        ) : (
          <Trans>It is only recorded, and cannot be undone: transfer the money at your bank.</Trans>
        )}{' '}
        <Trans>Invoices that it paid are open again by this amount. Credit an invoice that is not to be paid.</Trans>
      </Text>
    </EditForm>
  );
}
