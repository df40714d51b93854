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

/** Delete every personal value this origin holds here: the database, the caches of answers, what tabs remember. */
export async function wipe(): Promise<void> {
  await kept.delete({ disableAutoOpen: false });
  sessionStorage.clear();
}
