/** Open from one time to another on some days. `to` may be before `from`: then it ends on the following day. */
export interface HoursRow {
  /** `mon-fri`, `sat` or `mon,wed`. */
  days: string;
  /** `09:00`. */
  from: string;
  to: string;
}

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Choices of several days. */
export const SPANS = ['mon-fri', 'sat-sun', 'mon-sun'];

export const OFFICE: HoursRow = { days: 'mon-fri', from: '09:00', to: '17:00' };

/** The rows of texts such as `mon-fri 09:00-12:00,13:00-17:00`. */
export function parseWeekly(texts: string[]): HoursRow[] {
  return texts.flatMap((text) => {
    const [days = '', ...times] = text.trim().toLowerCase().split(/\s+/);
    return times
      .join('')
      .split(',')
      .map((range) => {
        const [from = '', to = ''] = range.split('-');
        return { days, from: fieldTime(from), to: fieldTime(to) };
      });
  });
}

/** The texts of the rows; times of the same days that follow each other are one text. */
export function formatWeekly(rows: HoursRow[]): string[] {
  const texts: { days: string; times: string[] }[] = [];
  for (const { days, from, to } of rows) {
    const time = `${from}-${to === '00:00' ? '24:00' : to}`;
    const last = texts.at(-1);
    if (last?.days === days) last.times.push(time);
    else texts.push({ days, times: [time] });
  }
  return texts.map(({ days, times }) => `${days} ${times.join(',')}`);
}

/** Whether the times of a row are complete and differ; from 00:00 to 00:00 is the whole day. */
export function isValidRow({ days, from, to }: HoursRow): boolean {
  return days !== '' && from !== '' && to !== '' && (from !== to || to === '00:00');
}

/** Where a day is shown in: the names of its days by a formatter. */
export function daysText(days: string, name: (day: number) => string): string {
  return days
    .split(',')
    .map((part) =>
      part
        .split('-')
        .map((day) => (DAYS.includes(day) ? name(DAYS.indexOf(day)) : day))
        .join('–'),
    )
    .join(', ');
}

/** A time as fields have it: two digits for the hour, and midnight at the end of a day is 00:00. */
function fieldTime(time: string): string {
  return time === '24:00' ? '00:00' : time.padStart(5, '0');
}
