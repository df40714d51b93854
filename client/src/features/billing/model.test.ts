import { describe, expect, it } from 'vitest';
import {
  amountInput,
  decimalsOf,
  firstCallsEnd,
  isByCard,
  minutesInput,
  parseAmount,
  parseMinutes,
  pastMonths,
} from './model';

describe('billing', () => {
  it('reads amounts with a point or a comma, and writes them so', () => {
    expect(['49.90', ' 49,9 ', '0.000001', '12', '1.2.3', '-1', ''].map(parseAmount)).toEqual([
      49_900_000,
      49_900_000,
      1,
      12_000_000,
      undefined,
      undefined,
      undefined,
    ]);
    expect(amountInput(1_049_900_000, 'de')).toBe('1049,90');
  });

  it('knows the decimals of currencies, and payments by card', () => {
    expect(['EUR', 'JPY', 'KWD'].map(decimalsOf)).toEqual([2, 0, 3]);
    expect(['card-ABCDEFGHIJKLM234', 'card-1', 'B-1'].map(isByCard)).toEqual([true, false, false]);
  });

  it('offers the months that are over, over the turn of the year too', () => {
    expect(pastMonths(new Date(2027, 1, 28), 3)).toEqual(['2027-01', '2026-12', '2026-11']);
  });

  it('reads and writes included minutes', () => {
    expect(parseMinutes('any=100, mobile=50')).toEqual({ '': 100, mobile: 50 });
    expect(minutesInput({ '': 100, mobile: 50 })).toBe('any=100, mobile=50');
    expect([parseMinutes(''), parseMinutes('mobile')]).toEqual([{}, undefined]);
  });

  it('finds the invoice because of which calls outside end first', () => {
    const invoices = [
      { number: '2027-1', calls_end: null },
      { number: '2027-2', calls_end: '2027-06-02' },
      { number: '2027-3', calls_end: '2027-05-05' },
    ];
    expect(firstCallsEnd(invoices)).toEqual({ number: '2027-3', calls_end: '2027-05-05' });
    expect(firstCallsEnd(invoices.slice(0, 1))).toBeUndefined();
  });
});
