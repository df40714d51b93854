import { Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Invoice } from '~/api';
import { formatAmount } from '~/design/money';
import { EditForm } from '~/features/routing';
import { AmountInput } from './AmountInput';
import { INVOICE_LISTS } from './InvoiceDrawer';
import { amountInput, parseAmount } from './model';
import { usePaymentChecks } from './usePaymentChecks';

interface PaymentFormProps {
  /** The invoice that is paid; without it one of `choices` is chosen, or none. */
  invoice?: Invoice;
  choices?: Invoice[];
  /** Of payments that name no invoice. */
  currency?: string;
  tenant?: string;
  onClose: () => void;
}

/** Records a payment by bank transfer, by default of all that is left to pay of its invoice. */
export function PaymentForm({ invoice, choices = [], currency: usual = 'EUR', tenant, onClose }: PaymentFormProps) {
  const { t, i18n } = useLingui();
  const checks = usePaymentChecks();
  const form = useForm({
    initialValues: {
      invoice: invoice?.number ?? '',
      reference: '',
      amount: invoice ? amountInput(invoice.left, i18n.locale) : '',
    },
    validate: {
      reference: checks.reference,
      amount: (value, { invoice: number }) => checks.amount(value, currencyOf(number)),
    },
  });
  const chosen = invoice ?? choices.find(({ number }) => number === form.values.invoice);
  const currencyOf = (number: string) =>
    invoice?.currency ?? choices.find((each) => each.number === number)?.currency ?? usual;
  const currency = currencyOf(form.values.invoice);
  const money = (micros: number) => formatAmount(micros, currency, i18n.locale);
  const choose = (number: string | null) => {
    const left = choices.find((each) => each.number === number)?.left;
    form.setValues({ invoice: number ?? '', ...(left && { amount: amountInput(left, i18n.locale) }) });
  };
  return (
    <EditForm
      form={form}
      affected={INVOICE_LISTS}
      tenant={tenant}
      onClose={onClose}
      change={({ reference, amount, invoice: number }) => ({
        apply: () =>
          api.recordPayment({
            query: { tenant },
            body: { reference: reference.trim(), amount: parseAmount(amount)!, currency, invoice: number },
          }),
        message: number ? t`The payment of ${number} is recorded.` : t`The payment is recorded.`,
      })}
    >
      {!invoice && (
        <Select
          size="md"
          label={t`Pays`}
          placeholder={t`The oldest invoices that are open`}
          clearable
          data={choices.map(({ number, left, currency: its }) => ({
            value: number,
            label: t`${number}, ${formatAmount(left, its, i18n.locale)} to pay`,
          }))}
          {...form.getInputProps('invoice')}
          value={form.values.invoice || null}
          onChange={choose}
        />
      )}
      <TextInput
        size="md"
        label={t`Number of the transaction`}
        description={t`From the bank statement, without names. The same number is refused the second time.`}
        required
        maxLength={28}
        autoComplete="off"
        {...form.getInputProps('reference')}
      />
      <AmountInput label={t`Amount in ${currency}`} {...form.getInputProps('amount')} />
      <Text size="sm" role="status">
        <Outcome left={chosen?.left} paid={parseAmount(form.values.amount) ?? 0} money={money} />
      </Text>
    </EditForm>
  );
}

interface OutcomeProps {
  /** Left to pay of the invoice; undefined without one. */
  left?: number;
  paid: number;
  money: (micros: number) => string;
}

/** The effect of a payment, said before it is recorded. */
function Outcome({ left, paid, money }: OutcomeProps) {
  if (left === undefined)
    return (
      <Trans>
        It pays the oldest invoices that are open; the rest becomes credit. A payment cannot be deleted, only refunded.
      </Trans>
    );
  const rest = left - paid;
  if (rest > 0) return <Trans>{money(rest)} is left to pay afterwards.</Trans>;
  if (rest === 0) return <Trans>The invoice is paid afterwards. A payment cannot be deleted, only refunded.</Trans>;
  return <Trans>The invoice is paid afterwards, and {money(-rest)} is credit.</Trans>;
}
