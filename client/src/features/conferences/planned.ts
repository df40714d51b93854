/** The planned time of a meeting. `local`: start as in a field for date and time, in local time; empty for none. */
export function planned(local: string, minutes: number): { starts?: string; ends?: string } {
  const starts = Date.parse(local);
  if (Number.isNaN(starts)) return {};
  return { starts: new Date(starts).toISOString(), ends: new Date(starts + minutes * 60_000).toISOString() };
}
