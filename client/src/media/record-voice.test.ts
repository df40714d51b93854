import { expect, test } from 'vitest';
import { peaksOf } from './record-voice';

test('levels become peaks from start to end', () => {
  expect(peaksOf([0, 0.5, 1, 0.25], 2)).toEqual([50, 100]);
  expect(peaksOf([0.1, 0.2], 64)).toEqual([10, 20]);
  expect(peaksOf([], 64)).toEqual([]);
});
