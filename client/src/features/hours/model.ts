import type { Hours, NewHours } from '~/api';
import { formatWeekly, OFFICE, parseWeekly, type HoursRow } from './weekly';

/** Values of the form of opening hours. */
export interface HoursValues {
  name: string;
  open: HoursRow[];
  /** ISO dates. */
  holidays: string[];
  /** A date that is typed, and not added yet. */
  holiday: string;
  code: string;
  then: string;
  otherwise: string;
}

export function hoursValues(hours?: Hours): HoursValues {
  if (!hours) return { name: '', open: [OFFICE], holidays: [], holiday: '', code: '', then: '', otherwise: 'hangup' };
  const { name, holidays, code, then, otherwise } = hours;
  return { name, open: parseWeekly(hours.open), holidays, holiday: '', code, then, otherwise };
}

export function hoursBody({ open, holidays, holiday, ...values }: HoursValues): NewHours {
  return { ...values, open: formatWeekly(open), holidays: withHoliday(holidays, ...(holiday ? [holiday] : [])) };
}

/** The dates in order, each once, with further ones. */
export function withHoliday(holidays: string[], ...further: string[]): string[] {
  return [...new Set([...holidays, ...further])].sort();
}

/** A name as the API takes it: lower case, digits, - and _. */
export function asName(typed: string): string {
  return typed
    .toLowerCase()
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .replaceAll('ß', 'ss')
    .replaceAll(/\s+/g, '-')
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[^a-z]+/, '')
    .slice(0, 31);
}
