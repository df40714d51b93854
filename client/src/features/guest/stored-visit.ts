/** A visit and what the guest has switched on: microphone, camera and raised hand. */
export interface RunningVisit {
  token: string;
  room: string;
  expires: string;
  microphone: boolean;
  camera: boolean;
  hand?: boolean;
}

/** The visit of a guest, as far as a reload of the page has to know it. */
export interface StoredVisit {
  /** The secret of the guest link. */
  link: string;
  /** The running visit; without one, the guest has not entered yet, or has left. */
  visit?: RunningVisit;
}

const KEY = 'unificx-guest';

/** Remember the visit until the tab is closed. Without storage, a reload needs the link again. */
export function storeVisit(stored: StoredVisit): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(stored));
  } catch {
    // Storage is blocked or full.
  }
}

/** Returns the link and visit of this tab; a visit that has expired is left out. */
export function storedVisit(now: number): StoredVisit | undefined {
  try {
    const { link, visit } = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<StoredVisit>;
    if (typeof link !== 'string' || !link) return undefined;
    return visit && Date.parse(visit.expires) > now ? { link, visit } : { link };
  } catch {
    return undefined;
  }
}
