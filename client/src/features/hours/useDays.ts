import { useLingui } from '@lingui/react/macro';
import { daysText } from './weekly';

/** 2024-01-01 was a Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** Names of days in the active language: "Monday–Friday". */
export function useDays(weekday: 'long' | 'short'): (days: string) => string {
  const { i18n } = useLingui();
  const format = new Intl.DateTimeFormat(i18n.locale, { weekday, timeZone: 'UTC' });
  return (days) => daysText(days, (day) => format.format(MONDAY + day * DAY_MS));
}
