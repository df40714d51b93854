import type { Change } from '~/design/changes';

/** The fields of `after` that differ from `before`. */
export function difference<T extends object>(before: T, after: T): Partial<T> {
  const same = (field: keyof T) => JSON.stringify(before[field]) === JSON.stringify(after[field]);
  const fields = Object.keys(after) as (keyof T)[];
  return Object.fromEntries(fields.filter((field) => !same(field)).map((field) => [field, after[field]])) as Partial<T>;
}

type Condition = { 'if-match': string };

/** The header of a change that is refused if others have changed the item since this version of it was read. */
export const conditionOf = (version?: string): Condition | undefined =>
  version === undefined ? undefined : { 'if-match': `"${version}"` };

interface Requests<Body> {
  create: (body: Body) => Promise<{ data: { id: string } }>;
  /** `headers` are those of a conditional change, see `conditionOf`. */
  update: (id: string, change: Partial<Body>, headers?: Condition) => Promise<unknown>;
  remove: (id: string) => Promise<unknown>;
}

interface Saved<Body> {
  /** Undefined for a new item. */
  id?: string;
  /** That of the item as it was read. Without it, changes of others since then are overwritten. */
  version?: string;
  before: Body;
  after: Body;
  message: string;
}

/** Creates an item, or sends the changed fields of one; both can be taken back. */
export function savingChange<Body extends object>(saved: Saved<Body>, requests: Requests<Body>): Change {
  const { id, before, after, message } = saved;
  if (id !== undefined) {
    let { version } = saved;
    const update = async (change: Partial<Body>) => {
      const answer = (await requests.update(id, change, conditionOf(version))) as {
        data?: { version?: string };
      } | void;
      version = answer?.data?.version;
    };
    return {
      message,
      apply: () => update(difference(before, after)),
      undo: () => update(difference(after, before)),
    };
  }
  let created = '';
  return {
    message,
    apply: async () => {
      created = (await requests.create(after)).data.id;
    },
    undo: () => requests.remove(created),
  };
}
