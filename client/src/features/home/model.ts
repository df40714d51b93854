import type { HourlyCalls } from '~/api';

/** Calls of one hour or day, as stacked in the chart. */
export interface Count {
  answered: number;
  voicemail: number;
  /** Neither answered by a person nor by a mailbox. */
  missed: number;
}

interface DayCount extends Count {
  /** Midnight, local time. */
  date: Date;
}

export interface Summary {
  today: Count;
  /** 24 hours of today, local time. */
  hours: Count[];
  /** Seven days, the last one is today. */
  days: DayCount[];
  /** Percentage of the calls of all days that a person answered; undefined without calls. */
  answeredPercent?: number;
  /** Mean opinion score of the days, weighted by calls; undefined if not measured. */
  mos?: number;
}

const DAYS = 7;

export const noCalls = (): Count => ({ answered: 0, voicemail: 0, missed: 0 });

export function total({ answered, voicemail, missed }: Count): number {
  return answered + voicemail + missed;
}

/** Midnight, `days` before that of `now`, local time. */
export function midnight(now: Date, days = 0): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
}

/** The period of a summary. */
export function period(now: Date): { since: string; until: string } {
  return { since: midnight(now, DAYS - 1).toISOString(), until: midnight(now, -1).toISOString() };
}

/** Add up the counted hours of the server by local days, and those of today by hours. */
export function summarize(hourly: HourlyCalls[], now: Date): Summary {
  const days: DayCount[] = Array.from({ length: DAYS }, (_, index) => ({
    date: midnight(now, DAYS - 1 - index),
    ...noCalls(),
  }));
  const hours = Array.from({ length: 24 }, noCalls);
  let [scores, scored] = [0, 0];
  for (const each of hourly) {
    const start = new Date(each.start);
    const day = days.find(({ date }) => date.toDateString() === start.toDateString());
    const count = countOf(each);
    if (day) addCount(day, count);
    if (day === days.at(-1)) addCount(hours[start.getHours()]!, count);
    if (each.mos !== null) {
      scores += each.mos * each.calls;
      scored += each.calls;
    }
  }
  const week = days.reduce<Count>((sum, day) => (addCount(sum, day), sum), noCalls());
  const { answered, voicemail, missed } = days.at(-1)!;
  return {
    today: { answered, voicemail, missed },
    hours,
    days,
    answeredPercent: total(week) ? Math.round((100 * week.answered) / total(week)) : undefined,
    mos: scored ? scores / scored : undefined,
  };
}

/** The calls of an hour by outcome. */
export function countOf({ calls, outcomes, voicemail }: HourlyCalls): Count {
  const answered = outcomes.answered ?? 0;
  return { answered, voicemail, missed: Math.max(0, calls - answered - voicemail) };
}

export function addCount(sum: Count, count: Count): void {
  sum.answered += count.answered;
  sum.voicemail += count.voicemail;
  sum.missed += count.missed;
}

/** The working hours of the chart: from the first to the last hour with calls, at least 8 to 18 o'clock. */
export function shownHours(hours: Count[]): [first: number, last: number] {
  const busy = hours.flatMap((count, hour) => (total(count) ? [hour] : []));
  return [Math.min(8, ...busy), Math.max(18, ...busy)];
}
