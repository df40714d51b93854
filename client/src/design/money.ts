/** The server's amounts are integers in millionths of the main unit of a currency. */
const MICROS = 1_000_000;

/** An amount in the language's form, with as many decimals as it needs, at least the currency's own. */
export function formatAmount(micros: number, currency: string, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 6 }).format(
    micros / MICROS,
  );
}

/** A sum in the language's form, rounded to the decimals of its currency. */
export function formatSum(micros: number, currency: string, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(micros / MICROS);
}

/** The sum of the costs of a call, by currency; empty without a price. */
export function costsText(costs: { currency: string; amount: number }[] | undefined, locale: string): string {
  const sums = new Map<string, number>();
  for (const { currency, amount } of costs ?? []) if (currency) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return [...sums].map(([currency, amount]) => formatAmount(amount, currency, locale)).join(', ');
}
