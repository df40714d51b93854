import type { Change } from '~/design/changes';

/** The fields of `after` that differ from `before`. */
export function difference<T extends object>(before: T, after: T): Partial<T> {
  const same = (field: keyof T) => JSON.stringify(before[field]) === JSON.stringify(after[field]);
  const fields = Object.keys(after) as (keyof T)[];
  return Object.fromEntries(fields.filter((field) => !same(field)).map((field) => [field, after[field]])) as Partial<T>;
}

export type Condition = { 'if-match': string };

/** The header of a change that is refused if others have changed the item since this version of it was read. */
export const conditionOf = (version?: string): Condition | undefined =>
  version === undefined ? undefined : { 'if-match': `"${version}"` };

/** `headers` are those of a conditional change, see `conditionOf`. */
type Update<Body> = (change: Partial<Body>, headers?: Condition) => Promise<unknown>;

interface Requests<Body> {
  create: (body: Body) => Promise<{ data: { id: string; version?: string } }>;
  update: (id: string, ...update: Parameters<Update<Body>>) => Promise<unknown>;
  remove: (id: string, headers: Condition | undefined) => Promise<unknown>;
}

interface Updated<Body> {
  /** That of the item as it was read. Without it, changes of others since then are overwritten. */
  version?: string;
  before: Body;
  after: Body;
  message: string;
}

interface Saved<Body> extends Updated<Body> {
  /** Undefined for a new item. */
  id?: string;
}

/** Sends the changed fields of an item; can be taken back. */
export function updatingChange<Body extends object>(updated: Updated<Body>, update: Update<Body>): Change {
  const { before, after, message } = updated;
  let { version } = updated;
  const send = async (change: Partial<Body>) => {
    const answer = (await update(change, conditionOf(version))) as { data?: { version?: string } } | void;
    version = answer?.data?.version;
  };
  return { message, apply: () => send(difference(before, after)), undo: () => send(difference(after, before)) };
}

/** Creates an item, or sends the changed fields of one; both can be taken back. */
export function savingChange<Body extends object>(saved: Saved<Body>, requests: Requests<Body>): Change {
  const { id, after, message } = saved;
  if (id !== undefined) return updatingChange(saved, (...update) => requests.update(id, ...update));
  let created: { id: string; version?: string };
  return {
    message,
    apply: async () => {
      created = (await requests.create(after)).data;
    },
    undo: () => requests.remove(created.id, conditionOf(created.version)),
  };
}
