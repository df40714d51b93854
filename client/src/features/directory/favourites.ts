import { onSignOut } from '~/api/session';
import { changeLocal, currentOwner, readLocal } from '~/core/device-storage';
import { createStore } from '~/core/store';

const STORAGE_KEY = 'directory.favourites';
/** Tells other tabs that they were changed. */
const CHANNEL = 'unificx.favourites';

/** Ids of favourite colleagues, in the order they were added. They are kept on this device. */
export const favourites = createStore<readonly string[]>([]);

const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(CHANNEL);
channel?.addEventListener('message', () => void read());

let restoring: Promise<void> | undefined;

/** Read the favourites of this device. Idempotent. */
export function restoreFavourites(): Promise<void> {
  restoring ??= read();
  return restoring;
}

async function read(): Promise<void> {
  const owner = currentOwner();
  const stored = await readLocal(STORAGE_KEY);
  if (owner === currentOwner()) favourites.setState(() => idsOf(stored));
}

function idsOf(stored: unknown): string[] {
  return Array.isArray(stored) ? stored.filter((each) => typeof each === 'string') : [];
}

/** Add or remove a favourite. Those that other tabs have changed meanwhile stay as they are. */
export async function setFavourite(id: string, favourite: boolean): Promise<void> {
  const owner = currentOwner();
  const changed = (ids: readonly string[]) => [...ids.filter((each) => each !== id), ...(favourite ? [id] : [])];
  await restoreFavourites();
  if (owner !== currentOwner()) return;
  favourites.setState(changed);
  const stored = await changeLocal(owner, STORAGE_KEY, (before) => changed(idsOf(before)));
  if (!stored || owner !== currentOwner()) return;
  favourites.setState(() => stored);
  channel?.postMessage('changed');
}

onSignOut(() => {
  restoring = undefined;
  favourites.setState(() => []);
});
