/**
 * What a link brought: `#sign-in=CODE`, `#invitation=CODE`, `#recover=CODE`, or what a provider's sign-in came back with. A fragment is never
 * sent to a server, so the code is in no log; here it is taken out of the address bar and the history at once, and held in memory alone.
 */
export type Errand = 'sign-in' | 'invitation' | 'recover' | 'second-factor' | 'sign-in-failed' | 'single-sign-on';

export interface Arrival {
  errand: Errand;
  /** The code; the ticket of a second factor; the refusal's own code. */
  code: string;
  /** The second factors there are. */
  kinds?: string[];
}

const CODE = /^#(sign-in|invitation|recover)=([A-Za-z0-9_-]{8,128})$/;
const BACK = /^#(second-factor|sign-in-failed|single-sign-on)=([A-Za-z0-9_.~-]{1,300})(?:&kinds=([a-z_,]{1,60}))?$/;

export function readArrival(hash: string): Arrival | undefined {
  const [, errand, code, kinds] = CODE.exec(hash) ?? BACK.exec(hash) ?? [];
  if (!errand || !code) return undefined;
  return { errand: errand as Errand, code, ...(kinds ? { kinds: kinds.split(',') } : {}) };
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

/** The arrival for this errand, once. */
export function takeArrived(errand: Errand): Arrival | undefined {
  if (arrival?.errand !== errand) return undefined;
  const taken = arrival;
  arrival = undefined;
  return taken;
}

/** The code for this errand, once. */
export function takeArrival(errand: Errand): string {
  return takeArrived(errand)?.code ?? '';
}
