import { describe, expect, it } from 'vitest';
import type { HourlyCalls } from '~/api';
import { periodOf, reportOf } from './model';

const NOW = new Date(2026, 2, 30, 15, 20);

function hour(start: Date, change: Partial<HourlyCalls> = {}): HourlyCalls {
  return {
    start: start.toISOString(),
    calls: 1,
    outcomes: { answered: 1 },
    voicemail: 0,
    talk_seconds: 60,
    mos: null,
    ...change,
  };
}

describe('report of calls', () => {
  it('adds up days, and hours of all days', () => {
    const { hours, days, all, answeredPercent, talkSeconds } = reportOf(
      [
        hour(new Date(2026, 2, 28, 9)),
        hour(new Date(2026, 2, 30, 9), { calls: 3, outcomes: { answered: 1, missed: 2 }, voicemail: 1 }),
      ],
      7,
      NOW,
    );
    expect(hours[9]).toEqual({ answered: 2, voicemail: 1, missed: 1 });
    expect(days.map(({ answered }) => answered)).toEqual([0, 0, 0, 0, 1, 0, 1]);
    expect([all, answeredPercent, talkSeconds]).toEqual([{ answered: 2, voicemail: 1, missed: 1 }, 50, 120]);
  });

  it('leaves out hours of other days, and has no rate without calls', () => {
    const { all, answeredPercent } = reportOf([hour(new Date(2026, 2, 1, 9))], 7, NOW);
    expect([all.answered, answeredPercent]).toEqual([0, undefined]);
  });

  it('has a period of whole local days', () => {
    const { since, until } = periodOf(30, NOW);
    expect(new Date(since)).toEqual(new Date(2026, 2, 1));
    expect(new Date(until)).toEqual(new Date(2026, 2, 31));
  });
});
