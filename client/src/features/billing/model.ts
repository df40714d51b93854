import type { DirectDebit, Invoice, InvoiceLine, NewCreditNote, PlanTerms } from '~/api';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

const MICROS = 1_000_000;

/** The millionths of an amount as it is typed, with a point or a comma; undefined for other texts. */
export function parseAmount(text: string): number | undefined {
  const found = /^(\d{1,7})(?:[.,](\d{1,6}))?$/.exec(text.trim());
  return found ? Number(found[1]) * MICROS + Number((found[2] ?? '').padEnd(6, '0')) : undefined;
}

/** An amount as it is typed, with at least two decimals. */
export function amountInput(micros: number, locale: string): string {
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
    useGrouping: false,
  }).format(micros / MICROS);
}

/** The last months that are over, newest first, as the API names them, such as 2027-03. */
export function pastMonths(now: Date, count = 12): string[] {
  return Array.from({ length: count }, (_, index) => {
    const first = new Date(now.getFullYear(), now.getMonth() - 1 - index, 1);
    return `${first.getFullYear()}-${String(first.getMonth() + 1).padStart(2, '0')}`;
  });
}

/** A day of the API in local time. */
export const dayOf = (value: string) => new Date(`${value}T00:00:00`);

/** Included minutes as they are typed, such as any=100, mobile=50. */
export function minutesInput(included: PlanTerms['included']): string {
  return Object.entries(included)
    .map(([group, minutes]) => `${group || 'any'}=${minutes}`)
    .join(', ');
}

/** The included minutes of a text; undefined if it is none. */
export function parseMinutes(text: string): Record<string, number> | undefined {
  const found: Record<string, number> = {};
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const pair = /^\s*([a-z0-9][a-z0-9_-]{0,30})\s*=\s*(\d{1,8})\s*$/.exec(part);
    if (!pair) return undefined;
    found[pair[1] === 'any' ? '' : pair[1]!] = Number(pair[2]);
  }
  return found;
}

/** Digits after the point of a currency's smallest coin. */
export const decimalsOf = (currency: string) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** Whether a payment was made by card, by its reference. */
export const isByCard = (reference: string) => /^card-[A-Z2-7]{16}$/.test(reference);

/** Whether an invoice can be paid. */
export const isPayable = ({ state }: Pick<Invoice, 'state'>) => ['open', 'overdue', 'collected'].includes(state);

/** The short id of a file of direct debits, which the whole one begins with. */
export const shortId = (file: DirectDebit['file']) => file.slice(0, 8);

/** States of an invoice. */
export const INVOICE_STATES: Record<Invoice['state'], { text: MessageDescriptor; colour: string }> = {
  open: { text: msg`Open`, colour: 'blue' },
  overdue: { text: msg`Overdue`, colour: 'red' },
  collected: { text: msg`Being collected`, colour: 'yellow' },
  paid: { text: msg`Paid`, colour: 'teal' },
  cancelled: { text: msg`Cancelled`, colour: 'gray' },
  credit_note: { text: msg`Credit note`, colour: 'gray' },
};

/** Net amount that may be credited of a line, given by its number, or of all lines for ''. */
export const creditableOf = (lines: Pick<InvoiceLine, 'creditable'>[], line: string) =>
  lines.reduce((sum, { creditable = 0 }, at) => (line === '' || line === String(at + 1) ? sum + creditable : sum), 0);

/** The request for a credit note of a line, or of all lines for ''. */
export const creditOf = (line: string, amount: number): NewCreditNote =>
  line === '' ? { amount } : { lines: [{ line: Number(line), amount }] };

/** The invoice because of which calls outside end first. */
export function firstCallsEnd(invoices: Pick<Invoice, 'number' | 'calls_end'>[]) {
  return invoices
    .flatMap(({ number, calls_end }) => (calls_end ? [{ number, calls_end }] : []))
    .sort((one, other) => one.calls_end.localeCompare(other.calls_end))[0];
}
