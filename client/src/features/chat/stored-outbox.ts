import { currentOwner, readStored, storeTogether } from '~/core/device-storage';
import type { Outgoing } from './outbox';

const KEY = 'outbox';
/** As last read; undefined if the storage could not be read, and must not be replaced. */
let stored: Outgoing[] | undefined;
/** Changes by this page that a device without storage, or a full one, does not take: undefined for a removed message. */
let unstored: { added: Outgoing[]; changed: ReadonlyMap<string, Outgoing | undefined> } | undefined;

/** The messages of all pages: what this one has not stored besides what others may have stored or sent since. */
export async function loadOutbox(): Promise<Outgoing[]> {
  stored = await readOutbox();
  return withUnstored(stored);
}

/** The same at any time, without the lock of changes: the next save does not rely on it. */
export const unsentMessages = async () => withUnstored(await readOutbox());

const readOutbox = () =>
  readStored(KEY).then(
    (found) => (found ?? []) as Outgoing[],
    () => undefined,
  );

function withUnstored(read: Outgoing[] = []): Outgoing[] {
  if (!unstored) return read;
  const { added, changed } = unstored;
  const present = read.flatMap((each) => {
    const now = changed.has(each.client_id) ? changed.get(each.client_id) : each;
    return now ? [now] : [];
  });
  return [...present, ...added];
}

/** Replace what was loaded last. */
export async function saveOutbox(messages: Outgoing[]): Promise<void> {
  const owner = currentOwner();
  const before = stored;
  const saved = before ? storeTogether(owner, new Map([[KEY, messages]])) : Promise.reject(new Error('not read'));
  const failed = await saved.then(
    () => false,
    () => true,
  );
  if (owner !== currentOwner()) return;
  if (!failed) unstored = undefined;
  else if (before) unstored = changesOf(before, messages);
  else unstored = { added: messages, changed: unstored?.changed ?? new Map() };
}

function changesOf(before: readonly Outgoing[], after: readonly Outgoing[]): NonNullable<typeof unstored> {
  const ids = new Set(before.map((each) => each.client_id));
  const left = new Map(after.map((each) => [each.client_id, each]));
  const changed = before.filter((each) => left.get(each.client_id) !== each);
  return {
    added: after.filter((each) => !ids.has(each.client_id)),
    changed: new Map(changed.map(({ client_id: id }) => [id, left.get(id)])),
  };
}

/** Forget on sign-out; the storage is deleted by others. */
export function forgetUnstored(): void {
  stored = unstored = undefined;
}
