/**
 * What a link brought: `#sign-in=CODE`, `#invitation=CODE`, `#recover=CODE`. A fragment is never sent to a server, so the code is in no log;
 * here it is taken out of the address bar and the history at once, and held in memory alone.
 */
export type Errand = 'sign-in' | 'invitation' | 'recover';

export interface Arrival {
  errand: Errand;
  code: string;
}

const SHAPE = /^#(sign-in|invitation|recover)=([A-Za-z0-9_-]{8,128})$/;

export function readArrival(hash: string): Arrival | undefined {
  const found = SHAPE.exec(hash);
  return found ? { errand: found[1] as Errand, code: found[2]! } : undefined;
}

let arrival: Arrival | undefined;

/** Call once, before the router looks at the address. */
export function noteArrival(): Arrival | undefined {
  arrival = readArrival(location.hash);
  if (location.hash) history.replaceState(null, '', location.pathname + location.search);
  return arrival;
}

/** A link's errand that came another way: scanned, or typed. */
export function putArrival(given: Arrival): void {
  arrival = given;
}

/** The code for this errand, once. */
export function takeArrival(errand: Errand): string {
  if (arrival?.errand !== errand) return '';
  const { code } = arrival;
  arrival = undefined;
  return code;
}
