import { deleteDB, openDB, type IDBPDatabase } from 'idb';

const NAME = 'unificx';
const VALUES = 'values';
/** Above those of earlier clients, whose tables were others. */
const VERSION = 11;

let connection: Promise<IDBPDatabase> | undefined;

/**
 * What stays on the device to be read without a network. All of it is somebody's: `wipe` takes all of it away, when its
 * owner signs out, here or from elsewhere.
 */
function openDatabase(): Promise<IDBPDatabase> {
  const reset = () => {
    connection = undefined;
  };
  connection ??= openDB(NAME, VERSION, {
    upgrade(database) {
      for (const name of database.objectStoreNames) database.deleteObjectStore(name);
      database.createObjectStore(VALUES);
    },
    // Another tab, or the worker, is about to delete it.
    blocking(_now, _then, event) {
      (event.target as IDBDatabase).close();
      reset();
    },
    terminated: reset,
  }).catch((fault: unknown) => {
    reset();
    throw fault;
  });
  return connection;
}

/** A sign-in that is under way in this tab: nobody's yet, so it outlasts whoever was here before. */
export const SIGN_IN_KEY = 'unificx.signing-in';

let ownerGeneration = 0;

/**
 * Whose turn it is to have things kept here. Take it before asking the server, and hand it in with the answer: one that
 * comes in after its owner signed out is not kept.
 */
export function currentOwner(): number {
  return ownerGeneration;
}

/** Keep a value in the place of the last one, unless the owner has changed. A browser that keeps nothing is no fault. */
export async function saveLocal(owner: number, key: string, value: unknown): Promise<void> {
  if (owner !== ownerGeneration) return;
  try {
    const database = await openDatabase();
    if (owner === ownerGeneration) await database.put(VALUES, value, key);
  } catch {
    // It is asked for anew.
  }
}

/** What was kept; undefined if nothing was, or where the browser keeps nothing. */
export async function readLocal(key: string): Promise<unknown> {
  try {
    return (await (await openDatabase()).get(VALUES, key)) as unknown;
  } catch {
    return undefined;
  }
}

/** Delete every personal value this origin holds here: the database and what tabs remember. */
export async function wipe(): Promise<void> {
  ownerGeneration += 1;
  const open = connection;
  connection = undefined;
  try {
    (await open)?.close();
    await deleteDB(NAME);
  } catch {
    // There is none.
  }
  const pendingSignIn = sessionStorage.getItem(SIGN_IN_KEY);
  sessionStorage.clear();
  if (pendingSignIn) sessionStorage.setItem(SIGN_IN_KEY, pendingSignIn);
}
