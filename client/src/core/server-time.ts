let offset = 0;

/** Take the time of the server from the header `Date` of its answer. */
export function noteServerTime(date: string | null): void {
  const time = Date.parse(date ?? '');
  if (!Number.isNaN(time)) offset = time - Date.now();
}

/** Milliseconds since 1970 by the clock of the server; by that of the device until the server has answered. */
export const serverNow = () => Date.now() + offset;
