import { expect, test } from 'vitest';
import { missedCallers } from './missed';

const visit = (arrived: string, number: string, outcome: 'answered' | 'abandoned' | 'timeout') => ({
  arrived: `2026-03-02T${arrived}:00Z`,
  number,
  outcome,
});

test('a caller who was answered later, or withholds the number, is not missed', () => {
  const visits = [
    visit('09:00', '1', 'answered'),
    visit('09:10', '1', 'abandoned'),
    visit('09:20', '2', 'abandoned'),
    visit('09:30', '2', 'answered'),
    visit('09:40', '', 'timeout'),
    visit('09:50', '3', 'timeout'),
    visit('09:55', '3', 'abandoned'),
  ];
  expect(missedCallers(visits).map(({ number, arrived }) => [number, arrived.slice(11, 16)])).toEqual([
    ['3', '09:55'],
    ['1', '09:10'],
  ]);
});
