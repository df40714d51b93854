import { expect, test } from 'vitest';
import { shownNumber } from './shown-for';

const number = (display: string, destination: string, ...shown_for: string[]) => ({ display, destination, shown_for });

test('a number that is chosen for a queue comes before one that leads there', () => {
  const leads = number('030 1', 'queue:6500/5');
  expect(shownNumber('queue:6500', [leads])).toBe('030 1');
  expect(shownNumber('queue:6500', [leads, number('030 2', 'hangup', '1001', 'queue:6500')])).toBe('030 2');
  expect(shownNumber('queue:6501', [leads])).toBeUndefined();
  expect(shownNumber('group:6500', [leads])).toBeUndefined();
});
