import { deleteDB, openDB, type IDBPDatabase } from 'idb';

const NAME = 'unificx';
const VALUES = 'values';
/** Above the versions of earlier clients, which used other object stores. */
const VERSION = 11;

/** Longest time in milliseconds to wait for the database: it opens after its deletion, which a frozen tab holds up. */
const OPEN_TIMEOUT_MS = 5_000;

/** `late` rejects after the longest time; the database may still open then, and is used. */
let connection: { opened: Promise<IDBPDatabase>; late: Promise<never> } | undefined;

/**
 * Data kept on the device for offline use. All of it is personal: `wipe` deletes it when the user signs out, here or
 * elsewhere.
 */
function openDatabase(): Promise<IDBPDatabase> {
  connection ??= connect();
  return Promise.race([connection.opened, connection.late]);
}

function connect() {
  const reset = () => {
    connection = undefined;
  };
  const opened = openDB(NAME, VERSION, {
    upgrade(database) {
      for (const name of database.objectStoreNames) database.deleteObjectStore(name);
      database.createObjectStore(VALUES);
    },
    // Another tab or the service worker is about to delete it.
    blocking(_now, _then, event) {
      (event.target as IDBDatabase).close();
      reset();
    },
    terminated: reset,
  }).catch((fault: unknown) => {
    reset();
    throw fault;
  });
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new DOMException('The database does not open.', 'TimeoutError')), OPEN_TIMEOUT_MS);
  });
  return { opened, late };
}

/** State of a sign-in in progress in this tab; not yet personal, so `wipe` keeps it. */
export const SIGN_IN_KEY = 'unificx.signing-in';

let ownerGeneration = 0;
let owned = false;

/**
 * Token of the current user. Take it before a request and pass it to `saveLocal` with the response: a response that
 * arrives after sign-out is discarded.
 */
export function currentOwner(): number {
  return ownerGeneration;
}

/** A user is signed in, whose data is stored until `disown`. */
export function own(): void {
  owned = true;
}

/** Whether a user is signed in and not about to leave. Data is stored then only. */
export const isOwned = () => owned;

const mayStore = (owner: number) => owned && owner === ownerGeneration;

/** Store a value, replacing the previous one, unless the user has left. Storage errors are ignored. */
export async function saveLocal(owner: number, key: string, value: unknown): Promise<void> {
  if (!mayStore(owner)) return;
  try {
    const database = await openDatabase();
    if (mayStore(owner)) await database.put(VALUES, value, key);
  } catch {
    // It is fetched again.
  }
}

/** Store several values together, or none and throw; undefined deletes. Nothing is stored if the user has left. */
export async function storeTogether(owner: number, entries: ReadonlyMap<string, unknown>): Promise<void> {
  const database = await openDatabase();
  if (!mayStore(owner)) return;
  const transaction = database.transaction(VALUES, 'readwrite');
  for (const [key, value] of entries) {
    void (value === undefined ? transaction.store.delete(key) : transaction.store.put(value, key));
  }
  await transaction.done;
}

/**
 * Change a stored value, alone among all tabs. Returns the new one; undefined if the user has left, or storage is
 * unavailable.
 */
export async function changeLocal<T>(
  owner: number,
  key: string,
  change: (stored: unknown) => T,
): Promise<T | undefined> {
  try {
    const database = await openDatabase();
    if (!mayStore(owner)) return undefined;
    const transaction = database.transaction(VALUES, 'readwrite');
    const changed = change(await transaction.store.get(key));
    await transaction.store.put(changed, key);
    await transaction.done;
    return changed;
  } catch {
    return undefined;
  }
}

/** Read a stored value; undefined if there is none. Rejects if storage is unavailable. */
export async function readStored(key: string): Promise<unknown> {
  return (await openDatabase()).get(VALUES, key);
}

/** Read a stored value; undefined if there is none or storage is unavailable. */
export async function readLocal(key: string): Promise<unknown> {
  try {
    return await readStored(key);
  } catch {
    return undefined;
  }
}

/** Values whose keys begin with a prefix; none if storage is unavailable. */
export async function readAllLocal(prefix: string): Promise<ReadonlyMap<string, unknown>> {
  try {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const { store } = (await openDatabase()).transaction(VALUES);
    const [keys, values] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
    return new Map(keys.map((each, at) => [String(each), values[at] as unknown]));
  } catch {
    return new Map();
  }
}

/** Delete a stored value. Storage errors are ignored. */
export async function removeLocal(key: string): Promise<void> {
  try {
    await (await openDatabase()).delete(VALUES, key);
  } catch {
    // It is not stored.
  }
}

/** Keys of all stored values. */
export async function localKeys(): Promise<string[]> {
  try {
    return (await (await openDatabase()).getAllKeys(VALUES)).map(String);
  } catch {
    return [];
  }
}

/**
 * Leave the data to another user: nothing of this tab is stored from now on, and its session storage is empty. Returns
 * the token of the next user.
 */
export function disown(): number {
  owned = false;
  ownerGeneration += 1;
  const pendingSignIn = sessionStorage.getItem(SIGN_IN_KEY);
  sessionStorage.clear();
  if (pendingSignIn) sessionStorage.setItem(SIGN_IN_KEY, pendingSignIn);
  return ownerGeneration;
}

/** Longest time in milliseconds to wait for other tabs to close the empty database. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Delete all personal data of this origin: the database and session storage. Resolves to the token of the next user. */
export async function wipe(): Promise<number> {
  const owner = disown();
  await deleteStored();
  return owner;
}

/** Delete the database. Its content is deleted first: a tab that the browser has frozen holds the deletion up. */
export async function deleteStored(): Promise<void> {
  try {
    const database = await openDatabase();
    await database.clear(VALUES);
    database.close();
    connection = undefined;
  } catch {
    // It is deleted with its content.
  }
  try {
    const closed = new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS));
    await Promise.race([deleteDB(NAME), closed]);
  } catch {
    // The browser stores nothing.
  }
}
