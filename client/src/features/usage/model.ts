import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { UsageMonth } from '~/api';

type Cell = UsageMonth['cells'][number];

export const FEATURE_TITLES: Record<Cell['feature'], MessageDescriptor> = {
  app: msg`Calls with the app`,
  phone: msg`Calls with a desk phone`,
  outside: msg`Calls to outside`,
  meetings: msg`Conference calls`,
  voicemail: msg`Voicemail played`,
  chat: msg`Messages written`,
};

/** A month in words, from its first day (YYYY-MM-DD). */
export function monthName(locale: string, day: string): string {
  return new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric' }).format(new Date(`${day}T12:00:00`));
}

/** The share of a cell, as exact as it may be. */
export function shareOf(t: (text: MessageDescriptor) => string, cell: Cell | undefined): string {
  if (!cell) return '–';
  if (cell.band === 'some') return `${cell.percent} %`;
  return cell.band === 'few' ? t(msg`under 10 people`) : t(msg`all but under 10`);
}
