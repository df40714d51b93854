import { describe, expect, it } from 'vitest';
import { costsText, formatAmount, formatSum } from './money';

describe('amounts', () => {
  it('have at least the decimals of the currency, and more where they are needed', () => {
    expect(formatAmount(1_500_000, 'EUR', 'en')).toBe('€1.50');
    expect(formatAmount(12_000, 'EUR', 'en')).toBe('€0.012');
    expect(formatAmount(-3_000_000, 'JPY', 'en')).toBe('-¥3');
  });

  it('are rounded to the decimals of the currency as sums', () => {
    expect(formatSum(1_993_334, 'EUR', 'en')).toBe('€1.99');
    expect(formatSum(12_000, 'JPY', 'en')).toBe('¥0');
  });

  it('are added up by currency, and left out without a price', () => {
    const costs = [
      { currency: 'EUR', amount: 100_000 },
      { currency: 'EUR', amount: 200_000 },
      { currency: '', amount: 0 },
    ];
    expect(costsText(costs, 'en')).toBe('€0.30');
    expect(costsText(undefined, 'en')).toBe('');
  });
});
