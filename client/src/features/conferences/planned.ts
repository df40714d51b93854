/** The planned time of a meeting. `local`: start as in a field for date and time, in local time; empty for none. */
export function planned(local: string, minutes: number): { starts?: string; ends?: string } {
  const starts = Date.parse(local);
  if (Number.isNaN(starts)) return {};
  return { starts: new Date(starts).toISOString(), ends: new Date(starts + minutes * 60_000).toISOString() };
}

/** The planned time of a meeting for a field for date and time, in local time, and its length in minutes. */
export function localStart(starts?: string | null, ends?: string | null): { starts: string; minutes: number } {
  if (!starts) return { starts: '', minutes: 60 };
  const from = new Date(starts);
  const local = new Date(from.getTime() - from.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  return { starts: local, minutes: ends ? Math.round((Date.parse(ends) - from.getTime()) / 60_000) : 60 };
}
