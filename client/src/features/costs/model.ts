import type { Charge, IncludedUse, PlanTerms, RateDeck } from '~/api';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

export type Month = 'this' | 'last';

/** Beginning and end of the present or the last month, in local time. */
export function monthOf(month: Month, now: Date): { since: string; until: string } {
  const offset = month === 'last' ? -1 : 0;
  const since = new Date(now.getFullYear(), now.getMonth() + offset, 1);
  const until = new Date(now.getFullYear(), now.getMonth() + offset + 1, 1);
  return { since: since.toISOString(), until: until.toISOString() };
}

/** Beginning of the first and end of the last day, given as 2027-03-31, in local time. */
export function periodOf(first: string, last: string): { since: string; until: string } {
  const until = new Date(`${last}T00:00:00`);
  until.setDate(until.getDate() + 1);
  return { since: new Date(`${first}T00:00:00`).toISOString(), until: until.toISOString() };
}

/** The last month as the API names it, such as 2027-03; undefined for the present one, which the server knows. */
export function monthName(month: Month, now: Date): string | undefined {
  if (month === 'this') return undefined;
  const first = new Date(now.getFullYear(), now.getMonth() - 1, 1);
  return `${first.getFullYear()}-${String(first.getMonth() + 1).padStart(2, '0')}`;
}

/** Whether a charge is for a whole calendar month. */
export function coversMonth({ since, until }: Pick<Charge, 'since' | 'until'>): boolean {
  return since.endsWith('-01') && until.endsWith('-01');
}

/** The sums of charges by currency. */
export function totals(charges: Pick<Charge, 'amount' | 'currency'>[]): { currency: string; amount: number }[] {
  const sums = new Map<string, number>();
  for (const { currency, amount } of charges) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return [...sums].map(([currency, amount]) => ({ currency, amount }));
}

/** Whole included minutes: those begun are used. */
export function usedMinutes({ included_seconds, used_seconds }: IncludedUse) {
  const included = Math.floor(included_seconds / 60);
  const used = Math.min(included, Math.ceil(used_seconds / 60));
  return { included, used, left: included - used };
}

/** The terms of a plan on a day: the last ones that have begun, or the first ones. */
export function termsOn<T extends Pick<PlanTerms, 'since'>>(terms: T[], day: Date): T | undefined {
  const date = day.toISOString().slice(0, 10);
  return terms.findLast(({ since }) => since <= date) ?? terms[0];
}

/** The number that a person has entered as an amount, in millionths; 0 for nothing. */
export function toMicros(entered: string): number {
  return Math.round(Number(entered || 0) * 1_000_000);
}

/** An amount as the number to enter. */
export function fromMicros(micros: number): number {
  return micros / 1_000_000;
}

/** Name of a country by its code, undefined for other texts. */
export function nameOfCountry(code: string, locale: string): string | undefined {
  if (!/^[A-Z]{2}$/.test(code)) return undefined;
  return new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' }).of(code) ?? code;
}

/** States of a rate deck. */
export const DECK_STATES: Record<RateDeck['state'], { text: MessageDescriptor; colour: string }> = {
  draft: { text: msg`Draft`, colour: 'gray' },
  planned: { text: msg`Planned`, colour: 'blue' },
  in_force: { text: msg`In force`, colour: 'teal' },
  replaced: { text: msg`Replaced`, colour: 'gray' },
};
