import type { HourlyCalls } from '~/api';
import { addCount, countOf, midnight, noCalls, total, type Count } from '~/features/home';

/** Lengths of a period in days, today included; the server counts at most 92. */
export const PERIODS = [7, 30, 90] as const;

export type PeriodDays = (typeof PERIODS)[number];

interface DayReport extends Count {
  /** Midnight, local time. */
  date: Date;
}

export interface CallReport {
  /** By hour of the day, local time, of all days together. */
  hours: Count[];
  days: DayReport[];
  all: Count;
  /** Percentage of the calls that a person answered; undefined without calls. */
  answeredPercent?: number;
  talkSeconds: number;
}

export function periodOf(days: number, now: Date): { since: string; until: string } {
  return { since: midnight(now, days - 1).toISOString(), until: midnight(now, -1).toISOString() };
}

/** Add up the counted hours of the server by local days, and by hours of the day. */
export function reportOf(hourly: HourlyCalls[], length: number, now: Date): CallReport {
  const days = Array.from({ length }, (_, index) => ({ date: midnight(now, length - 1 - index), ...noCalls() }));
  const byDate = new Map(days.map((day) => [day.date.toDateString(), day]));
  const hours = Array.from({ length: 24 }, noCalls);
  const all = noCalls();
  let talkSeconds = 0;
  for (const each of hourly) {
    const start = new Date(each.start);
    const day = byDate.get(start.toDateString());
    if (!day) continue;
    const count = countOf(each);
    for (const sum of [day, hours[start.getHours()]!, all]) addCount(sum, count);
    talkSeconds += each.talk_seconds;
  }
  const calls = total(all);
  return {
    hours,
    days,
    all,
    talkSeconds,
    answeredPercent: calls ? Math.round((100 * all.answered) / calls) : undefined,
  };
}
