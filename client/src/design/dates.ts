import { i18n } from '@lingui/core';

/** 19:05 today, otherwise with the date, in the active language. */
export function formatDateTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const today = date.toDateString() === now.toDateString();
  return i18n.date(date, today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' });
}

/** As `formatDateTime`, without the present year: for rows with little room. */
export function formatShortDateTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  if (date.toDateString() === now.toDateString() || date.getFullYear() !== now.getFullYear())
    return formatDateTime(iso, now);
  return i18n.date(date, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' });
}

export function formatDate(iso: string): string {
  return i18n.date(new Date(iso), { dateStyle: 'medium' });
}

/** The day that ends at a time, or before it. */
export function formatLastDay(end: string): string {
  return formatDate(new Date(Date.parse(end) - 1000).toISOString());
}

/** 0:07, 12:03, 1:02:03. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, remainder] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (value: number) => String(value).padStart(2, '0');
  return hours ? `${hours}:${pad(minutes)}:${pad(remainder)}` : `${minutes}:${pad(remainder)}`;
}
