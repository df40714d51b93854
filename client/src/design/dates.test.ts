import { expect, it } from 'vitest';
import { formatDate, formatLastDay } from './dates';

it('shows the last day of a time limit that ends at midnight', () => {
  const end = new Date(2026, 1, 6).toISOString();
  expect(formatLastDay(end)).toBe(formatDate(new Date(2026, 1, 5, 12).toISOString()));
  expect(formatLastDay(end)).not.toBe(formatDate(end));
});
