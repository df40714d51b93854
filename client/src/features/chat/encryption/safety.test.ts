import { expect, test } from 'vitest';
import { compareSafety, readSafetyCode, safetyCode, safetyState } from './safety';

const NUMBER = Array.from({ length: 12 }, (_, at) => String(10_000 + at)).join(' ');
const OTHER = NUMBER.replace('10011', '10012');

test('a scanned number is verified or differs, and a change of devices ends both', () => {
  const scanned = readSafetyCode(safetyCode(NUMBER));
  if (!('found' in scanned)) throw new Error('not read');
  const verified = compareSafety(scanned.found, NUMBER);
  const mismatch = compareSafety(scanned.found, OTHER);
  expect([verified.result, mismatch.result]).toEqual(['verified', 'mismatch']);
  expect(safetyState(undefined, NUMBER)).toBe('open');
  expect([safetyState(verified, NUMBER), safetyState(mismatch, OTHER)]).toEqual(['verified', 'mismatch']);
  expect([safetyState(verified, OTHER), safetyState(mismatch, NUMBER)]).toEqual(['changed', 'changed']);
});

test.each(['https://example.com', 'unificx-safety:12', safetyCode(NUMBER) + '0'])('%s is another code', (text) => {
  expect(readSafetyCode(text)).toEqual({ seen: 'other' });
});
