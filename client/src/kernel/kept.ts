import Dexie, { type EntityTable } from 'dexie';

/** One call of one's own history, as the server tells it. */
export interface KeptCall {
  id: string;
  started: string;
  record: unknown;
}

export interface KeptColleague {
  id: string;
  name: string;
  number: string;
}

export interface KeptValue {
  key: string;
  value: unknown;
}

/**
 * What stays on the device to be read without a network. All of it is somebody's: `wipe` takes all of it away, when its
 * owner signs out, here or from elsewhere.
 */
class Kept extends Dexie {
  calls!: EntityTable<KeptCall, 'id'>;
  colleagues!: EntityTable<KeptColleague, 'id'>;
  values!: EntityTable<KeptValue, 'key'>;

  constructor() {
    super('unificx');
    this.version(1).stores({ calls: 'id, started', colleagues: 'id, name, number', values: 'key' });
  }
}

export const kept = new Kept();

/** A sign-in that is under way in this tab: nobody's yet, so it outlasts whoever was here before. */
export const SIGNING_IN = 'unificx.signing-in';

let owner = 0;

/**
 * Whose turn it is to have things kept here. Take it before asking the server, and keep the answer with `keepFor`: an
 * answer that comes in after its owner signed out is not kept.
 */
export function keptFor(): number {
  return owner;
}

/** Do `work`, which writes into `kept`, unless the owner has changed. A browser that keeps nothing is no fault. */
export async function keepFor(whose: number, work: () => Promise<unknown>): Promise<boolean> {
  if (whose !== owner) return false;
  try {
    await work();
    return true;
  } catch {
    return false;
  }
}

/** What `work` reads out of `kept`, or `otherwise` where the browser keeps nothing. */
export async function fromKept<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch {
    return otherwise;
  }
}

/** Delete every personal value this origin holds here: the database and what tabs remember. */
export async function wipe(): Promise<void> {
  owner += 1;
  await fromKept(() => kept.delete({ disableAutoOpen: false }), undefined);
  const underWay = sessionStorage.getItem(SIGNING_IN);
  sessionStorage.clear();
  if (underWay) sessionStorage.setItem(SIGNING_IN, underWay);
}
