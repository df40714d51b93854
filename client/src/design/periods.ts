import { i18n } from '@lingui/core';

const UNITS: Record<string, string> = { Y: 'year', M: 'month', D: 'day' };

/** A period in words of the language, from ISO 8601 such as P1Y6M. */
export function periodText(period: string): string {
  const parts = [...period.matchAll(/(\d+)([YMD])/g)];
  const named = (number: number, unit?: string) =>
    new Intl.NumberFormat(i18n.locale, { style: 'unit', unit, unitDisplay: 'long' }).format(number);
  return parts.map(([, number, unit]) => named(Number(number), UNITS[unit!])).join(' ');
}
