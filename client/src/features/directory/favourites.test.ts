import { beforeEach, describe, expect, it, vi } from 'vitest';

const storage = vi.hoisted(() => ({ values: new Map<string, unknown>(), signOut: () => undefined as void }));
vi.mock('~/core/device-storage', () => ({
  currentOwner: () => 1,
  readLocal: async (key: string) => storage.values.get(key),
  changeLocal: async (_owner: number, key: string, change: (stored: unknown) => unknown) => {
    storage.values.set(key, change(storage.values.get(key)));
    return storage.values.get(key);
  },
}));
vi.mock('~/api/session', () => ({
  onSignOut: (task: () => void) => {
    storage.signOut = task;
  },
}));

const { favourites, restoreFavourites, setFavourite } = await import('./favourites');

beforeEach(() => {
  storage.values.clear();
  storage.signOut();
});

describe('the favourites', () => {
  it('are kept on the device and cleared on sign-out', async () => {
    await setFavourite('ada', true);
    await setFavourite('ben', true);
    await setFavourite('ada', false);
    expect(favourites.state).toEqual(['ben']);
    storage.signOut();
    expect(favourites.state).toEqual([]);
    await restoreFavourites();
    expect(favourites.state).toEqual(['ben']);
  });

  it('include those that another tab has added, and not those that it has removed', async () => {
    await setFavourite('ada', true);
    storage.values.set('directory.favourites', ['cleo']);
    await setFavourite('ben', true);
    expect(storage.values.get('directory.favourites')).toEqual(['cleo', 'ben']);
    expect(favourites.state).toEqual(['cleo', 'ben']);
  });

  it('follow a change of another tab', async () => {
    storage.values.set('directory.favourites', ['cleo']);
    new BroadcastChannel('unificx.favourites').postMessage('changed');
    await vi.waitFor(() => expect(favourites.state).toEqual(['cleo']));
    const reported = new Promise((resolve) => {
      new BroadcastChannel('unificx.favourites').addEventListener('message', resolve);
    });
    await setFavourite('ada', true);
    await reported;
  });

  it('ignore a damaged list', async () => {
    storage.values.set('directory.favourites', { ada: true });
    await restoreFavourites();
    expect(favourites.state).toEqual([]);
  });
});
