import { Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Invoice } from '~/api';
import { formatAmount } from '~/design/money';
import { EditForm } from '~/features/routing';
import { INVOICE_LISTS } from './InvoiceDrawer';
import { amountInput, parseAmount } from './model';

interface PaymentFormProps {
  invoice: Invoice;
  tenant?: string;
  onClose: () => void;
}

/** Records a payment of an invoice, by default of all that is left to pay. */
export function PaymentForm({ invoice, tenant, onClose }: PaymentFormProps) {
  const { t, i18n } = useLingui();
  const { number, currency, left } = invoice;
  const form = useForm({
    initialValues: { reference: '', amount: amountInput(left, i18n.locale) },
    validate: {
      reference: (value) => (value.trim() ? null : t`Enter the number of the transaction.`),
      amount: (value) => (parseAmount(value) ? null : t`Enter an amount, such as 49.90.`),
    },
  });
  const paid = parseAmount(form.values.amount) ?? 0;
  const rest = left - paid;
  return (
    <EditForm
      form={form}
      affected={INVOICE_LISTS}
      tenant={tenant}
      onClose={onClose}
      change={({ reference, amount }) => ({
        apply: () =>
          api.recordPayment({
            query: { tenant },
            body: { reference: reference.trim(), amount: parseAmount(amount)!, currency, invoice: number },
          }),
        message: t`The payment of ${number} is recorded.`,
      })}
    >
      <TextInput
        size="md"
        label={t`Number of the transaction`}
        description={t`From the bank statement, without names. The same number is refused the second time.`}
        required
        maxLength={28}
        autoComplete="off"
        {...form.getInputProps('reference')}
      />
      <TextInput
        size="md"
        label={t`Amount in ${currency}`}
        inputMode="decimal"
        required
        autoComplete="off"
        {...form.getInputProps('amount')}
      />
      <Text size="sm" role="status">
        {rest > 0 ? (
          <Trans>{formatAmount(rest, currency, i18n.locale)} is left to pay afterwards.</Trans>
        ) : rest === 0 ? (
          <Trans>The invoice is paid afterwards. A payment cannot be deleted, only refunded.</Trans>
        ) : (
          <Trans>The invoice is paid afterwards, and {formatAmount(-rest, currency, i18n.locale)} is credit.</Trans>
        )}
      </Text>
    </EditForm>
  );
}
