import { describe, expect, it } from 'vitest';
import { coversMonth, monthName, monthOf, periodOf, termsOn, totals, usedMinutes } from './model';

describe('months of costs', () => {
  it('are whole local months, over the turn of the year too', () => {
    const { since, until } = monthOf('last', new Date(2027, 0, 15));
    expect([new Date(since), new Date(until)]).toEqual([new Date(2026, 11, 1), new Date(2027, 0, 1)]);
    expect(monthOf('this', new Date(2027, 0, 15)).since).toBe(until);
  });
});

describe('periods of days', () => {
  it('end with the last day, over the turn of the year too', () => {
    const { since, until } = periodOf('2026-12-30', '2026-12-31');
    expect([new Date(since), new Date(until)]).toEqual([new Date(2026, 11, 30), new Date(2027, 0, 1)]);
  });
});

describe('charges', () => {
  it('are those of the month before, over the turn of the year too', () => {
    expect(monthName('last', new Date(2027, 0, 15))).toBe('2026-12');
    expect(monthName('this', new Date(2027, 0, 15))).toBeUndefined();
  });

  it('are added up by currency', () => {
    const euro = { currency: 'EUR', amount: 2 };
    expect(totals([euro, { currency: 'CHF', amount: 3 }, euro])).toEqual([
      { currency: 'EUR', amount: 4 },
      { currency: 'CHF', amount: 3 },
    ]);
  });

  it('have the prices of their day', () => {
    const terms = [
      { since: '2027-02-10', price: 1 },
      { since: '2027-04-01', price: 2 },
    ];
    expect([1, 3, 5].map((month) => termsOn(terms, new Date(Date.UTC(2027, month - 1, 15)))?.price)).toEqual([1, 1, 2]);
  });

  it('use up minutes that have begun', () => {
    const use = { group: '', since: '2027-03-01', until: '2027-04-01', included_seconds: 600, used_seconds: 61 };
    expect(usedMinutes(use)).toEqual({ included: 10, used: 2, left: 8 });
    expect(coversMonth(use)).toBe(true);
    expect(coversMonth({ since: '2027-03-05', until: '2027-04-01' })).toBe(false);
  });
});
