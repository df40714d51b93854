import { describe, expect, it } from 'vitest';
import { monthOf } from './model';

describe('months of costs', () => {
  it('are whole local months, over the turn of the year too', () => {
    const { since, until } = monthOf('last', new Date(2027, 0, 15));
    expect([new Date(since), new Date(until)]).toEqual([new Date(2026, 11, 1), new Date(2027, 0, 1)]);
    expect(monthOf('this', new Date(2027, 0, 15)).since).toBe(until);
  });
});
