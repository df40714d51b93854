import { onSignOut } from '~/api/session';
import { changeLocal, currentOwner, readLocal } from '~/core/device-storage';
import { createStore } from '~/core/store';

const STORAGE_KEY = 'directory.favourites';

/** Ids of favourite colleagues, in the order they were added. They are kept on this device. */
export const favourites = createStore<readonly string[]>([]);

let restoring: Promise<void> | undefined;

/** Read the favourites of this device. Idempotent. */
export function restoreFavourites(): Promise<void> {
  restoring ??= (async () => {
    const owner = currentOwner();
    const stored = await readLocal(STORAGE_KEY);
    if (owner !== currentOwner()) return;
    favourites.setState((before) => [...new Set([...idsOf(stored), ...before])]);
  })();
  return restoring;
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
  if (stored && owner === currentOwner()) favourites.setState(() => stored);
}

onSignOut(() => {
  restoring = undefined;
  favourites.setState(() => []);
});
