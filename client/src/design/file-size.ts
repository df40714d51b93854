import { i18n } from '@lingui/core';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** Size of a file in the active language, such as 1.2 MB. */
export function fileSize(bytes: number): string {
  const at = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const digits = at > 0 && bytes / 1000 ** at < 10 ? 1 : 0;
  return i18n.number(bytes / 1000 ** at, { style: 'unit', unit: UNITS[at], maximumFractionDigits: digits });
}
