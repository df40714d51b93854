import type { Change } from '~/design/changes';

/** The fields of `after` that differ from `before`. */
export function difference<T extends object>(before: T, after: T): Partial<T> {
  const same = (field: keyof T) => JSON.stringify(before[field]) === JSON.stringify(after[field]);
  const fields = Object.keys(after) as (keyof T)[];
  return Object.fromEntries(fields.filter((field) => !same(field)).map((field) => [field, after[field]])) as Partial<T>;
}

interface Requests<Body> {
  create: (body: Body) => Promise<{ data: { id: string } }>;
  update: (id: string, change: Partial<Body>) => Promise<unknown>;
  remove: (id: string) => Promise<unknown>;
}

interface Saved<Body> {
  /** Undefined for a new item. */
  id?: string;
  before: Body;
  after: Body;
  message: string;
}

/** Creates an item, or sends the changed fields of one; both can be taken back. */
export function savingChange<Body extends object>(saved: Saved<Body>, requests: Requests<Body>): Change {
  const { id, before, after, message } = saved;
  if (id !== undefined) {
    return {
      message,
      apply: () => requests.update(id, difference(before, after)),
      undo: () => requests.update(id, difference(after, before)),
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
