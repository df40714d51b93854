import { onSignOut } from '~/api/session';
import { currentOwner, readLocal, saveLocal } from '~/core/device-storage';
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
    if (owner !== currentOwner() || !Array.isArray(stored)) return;
    const ids = stored.filter((each) => typeof each === 'string');
    favourites.setState((before) => [...new Set([...ids, ...before])]);
  })();
  return restoring;
}

/** Add or remove a favourite. */
export async function setFavourite(id: string, favourite: boolean): Promise<void> {
  await restoreFavourites();
  favourites.setState((before) => [...before.filter((each) => each !== id), ...(favourite ? [id] : [])]);
  await saveLocal(currentOwner(), STORAGE_KEY, favourites.state);
}

onSignOut(() => {
  restoring = undefined;
  favourites.setState(() => []);
});
