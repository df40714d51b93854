import { expect, it } from 'vitest';
import { planned } from './planned';

it('a planned meeting has a start and an end, an unplanned one neither', () => {
  const { starts, ends } = planned('2026-03-01T09:30', 45);
  expect(starts).toBe(new Date(2026, 2, 1, 9, 30).toISOString());
  expect(ends).toBe(new Date(2026, 2, 1, 10, 15).toISOString());
  expect(planned('', 45)).toEqual({});
  expect(planned('soon', 45)).toEqual({});
});
