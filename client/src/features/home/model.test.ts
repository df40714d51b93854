import { describe, expect, it } from 'vitest';
import type { HourlyCalls } from '~/api';
import { period, shownHours, summarize, total } from './model';

const NOW = new Date(2026, 2, 30, 15, 20);

function hour(start: Date, calls: number, change: Partial<HourlyCalls> = {}): HourlyCalls {
  return {
    start: start.toISOString(),
    calls,
    outcomes: { answered: calls },
    voicemail: 0,
    talk_seconds: 0,
    mos: null,
    ...change,
  };
}

describe('summary of calls', () => {
  it('is empty without calls', () => {
    const { today, days, answeredPercent, mos } = summarize([], NOW);
    expect([total(today), days.length, answeredPercent, mos]).toEqual([0, 7, undefined, undefined]);
  });

  it('counts hours of today and days of the week in local time', () => {
    const { today, hours, days } = summarize(
      [
        hour(new Date(2026, 2, 24, 0), 1),
        hour(new Date(2026, 2, 29, 23), 2),
        hour(new Date(2026, 2, 30, 9), 5, { outcomes: { answered: 2, missed: 2, busy: 1 }, voicemail: 1 }),
      ],
      NOW,
    );
    expect(today).toEqual({ answered: 2, voicemail: 1, missed: 2 });
    expect(hours[9]).toEqual(today);
    expect(days.map(total)).toEqual([1, 0, 0, 0, 0, 2, 5]);
  });

  it('weighs the quality by calls, and leaves out hours without a measurement', () => {
    const at = (value: number) => new Date(2026, 2, 30, value);
    const { mos } = summarize([hour(at(8), 3, { mos: 4 }), hour(at(9), 1, { mos: 2 }), hour(at(10), 9)], NOW);
    expect(mos).toBe(3.5);
  });

  it('covers seven days across a change of the clocks', () => {
    const { since, until } = period(NOW);
    expect(new Date(since)).toEqual(new Date(2026, 2, 24));
    expect(new Date(until)).toEqual(new Date(2026, 2, 31));
  });

  it('shows working hours, and more if there were calls', () => {
    const { hours } = summarize([hour(new Date(2026, 2, 30, 6), 1), hour(new Date(2026, 2, 30, 20), 1)], NOW);
    expect(shownHours(hours)).toEqual([6, 20]);
    expect(shownHours(summarize([], NOW).hours)).toEqual([8, 18]);
  });
});
