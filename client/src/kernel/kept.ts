import { deleteDB, openDB, type IDBPDatabase } from 'idb';

const NAME = 'unificx';
const VALUES = 'values';
/** Above those of earlier clients, whose tables were others. */
const VERSION = 11;

let base: Promise<IDBPDatabase> | undefined;

/**
 * What stays on the device to be read without a network. All of it is somebody's: `wipe` takes all of it away, when its
 * owner signs out, here or from elsewhere.
 */
function opened(): Promise<IDBPDatabase> {
  const forget = () => {
    base = undefined;
  };
  base ??= openDB(NAME, VERSION, {
    upgrade(database) {
      for (const name of database.objectStoreNames) database.deleteObjectStore(name);
      database.createObjectStore(VALUES);
    },
    // Another tab, or the worker, is about to delete it.
    blocking(_now, _then, event) {
      (event.target as IDBDatabase).close();
      forget();
    },
    terminated: forget,
  }).catch((fault: unknown) => {
    forget();
    throw fault;
  });
  return base;
}

/** A sign-in that is under way in this tab: nobody's yet, so it outlasts whoever was here before. */
export const SIGNING_IN = 'unificx.signing-in';

let owner = 0;

/**
 * Whose turn it is to have things kept here. Take it before asking the server, and hand it in with the answer: one that
 * comes in after its owner signed out is not kept.
 */
export function keptFor(): number {
  return owner;
}

/** Keep a value in the place of the last one, unless the owner has changed. A browser that keeps nothing is no fault. */
export async function keep(whose: number, key: string, value: unknown): Promise<void> {
  if (whose !== owner) return;
  try {
    const database = await opened();
    if (whose === owner) await database.put(VALUES, value, key);
  } catch {
    // It is asked for anew.
  }
}

/** What was kept; undefined if nothing was, or where the browser keeps nothing. */
export async function recall(key: string): Promise<unknown> {
  try {
    return (await (await opened()).get(VALUES, key)) as unknown;
  } catch {
    return undefined;
  }
}

/** Delete every personal value this origin holds here: the database and what tabs remember. */
export async function wipe(): Promise<void> {
  owner += 1;
  const open = base;
  base = undefined;
  try {
    (await open)?.close();
    await deleteDB(NAME);
  } catch {
    // There is none.
  }
  const underWay = sessionStorage.getItem(SIGNING_IN);
  sessionStorage.clear();
  if (underWay) sessionStorage.setItem(SIGNING_IN, underWay);
}
