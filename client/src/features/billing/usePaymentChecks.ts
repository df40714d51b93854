import { useLingui } from '@lingui/react/macro';
import { decimalsOf, parseAmount } from './model';

/** Checks of the fields of payments and refunds, as the server makes them. */
export function usePaymentChecks() {
  const { t } = useLingui();
  return {
    reference: (value: string) => {
      if (!value.trim()) return t`Enter the number of the transaction.`;
      return /^[A-Za-z0-9][A-Za-z0-9._/-]{0,27}$/.test(value.trim())
        ? null
        : t`Use letters without accents, digits and . _ / -, a letter or digit first.`;
    },
    amount: (value: string, currency: string, most = Infinity) => {
      const amount = parseAmount(value);
      if (!amount) return t`Enter an amount, such as 49.90.`;
      const decimals = decimalsOf(currency);
      if (amount % 10 ** (6 - decimals) !== 0) return t`Amounts in ${currency} have at most ${decimals} decimals.`;
      return amount <= most ? null : t`Less than that is left.`;
    },
  };
}
