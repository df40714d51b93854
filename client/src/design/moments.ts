import { i18n } from '@lingui/core';

/** 19:05 today, otherwise with the day; in the reader's language. */
export function moment(iso: string, now = new Date()): string {
  const then = new Date(iso);
  const today = then.toDateString() === now.toDateString();
  return i18n.date(then, today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' });
}

export function day(iso: string): string {
  return i18n.date(new Date(iso), { dateStyle: 'medium' });
}

/** 0:07, 12:03, 1:02:03. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
