import { NativeSelect, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type InvoiceDetails } from '~/api';
import { formatAmount } from '~/design/money';
import { EditForm } from '~/features/routing';
import { AmountInput } from './AmountInput';
import { INVOICE_LISTS } from './InvoiceDrawer';
import { amountInput, creditOf, creditableOf, parseAmount } from './model';
import { useLineNames } from './useLineNames';

interface CreditFormProps {
  invoice: InvoiceDetails;
  tenant?: string;
  onClose: () => void;
}

/** Takes back a part of an invoice: of one line, or spread over all of them. */
export function CreditForm({ invoice, tenant, onClose }: CreditFormProps) {
  const { t, i18n } = useLingui();
  const nameOf = useLineNames();
  const { number, currency, lines } = invoice;
  const form = useForm({
    initialValues: { line: '', amount: '' },
    validate: {
      amount: (value, { line }) => {
        const amount = parseAmount(value);
        if (!amount) return t`Enter an amount, such as 49.90.`;
        return amount <= creditableOf(lines, line) ? null : t`Less than that is left.`;
      },
    },
  });
  const money = (micros: number) => formatAmount(micros, currency, i18n.locale);
  const choices = lines
    .map((line, at) => ({ value: String(at + 1), label: nameOf(line), left: line.creditable ?? 0 }))
    .filter(({ left }) => left > 0);
  return (
    <EditForm
      form={form}
      affected={INVOICE_LISTS}
      tenant={tenant}
      onClose={onClose}
      change={({ line, amount }) => ({
        apply: () =>
          api.creditInvoice({
            path: { invoice: number },
            query: { tenant },
            body: creditOf(line, parseAmount(amount)!),
          }),
        message: t`A part of ${number} is credited.`,
      })}
    >
      <NativeSelect
        size="md"
        label={t`Credit of`}
        data={[{ value: '', label: t`All lines, in proportion` }, ...choices]}
        {...form.getInputProps('line')}
      />
      <AmountInput
        label={t`Net amount in ${currency}`}
        description={t`At most ${money(creditableOf(lines, form.values.line))}. VAT is added.`}
        placeholder={amountInput(creditableOf(lines, form.values.line), i18n.locale)}
        {...form.getInputProps('amount')}
      />
      <Text size="sm">
        <Trans>
          A credit note gets the next number and cannot be undone. Payments for that part become credit, which you may
          refund.
        </Trans>
      </Text>
    </EditForm>
  );
}
