import { expect, it } from 'vitest';
import { nextCode } from './model';

it('proposes the lowest free code', () => {
  const all = Array.from({ length: 100 }, (_, each) => String(each).padStart(2, '0'));
  expect(nextCode([])).toBe('01');
  expect(nextCode(['01', '03'])).toBe('02');
  expect(nextCode(all.slice(1))).toBe('00');
  expect(nextCode(all)).toBe('');
});
