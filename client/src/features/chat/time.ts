import { i18n } from '@lingui/core';

/** 19:05, in the active language. */
export function i18nTime(iso: string): string {
  return i18n.date(new Date(iso), { timeStyle: 'short' });
}
