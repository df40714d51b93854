import { beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../test/eventually';
import { changeLocal, currentOwner, disown, own, readLocal, saveLocal, storeTogether, wipe } from './device-storage';

/** jsdom has no IndexedDB. */
const device = vi.hoisted(() => ({
  values: new Map<string, unknown>(),
  open: undefined as undefined | (() => Promise<unknown>),
  clear: undefined as undefined | (() => Promise<void>),
  deleted: 0,
}));
const DATABASE = vi.hoisted(() => ({
  get: async (_: string, key: string) => device.values.get(key),
  put: async (_: string, value: unknown, key: string) => void device.values.set(key, value),
  clear: async () => (device.clear ? device.clear() : device.values.clear()),
  transaction: () => ({
    store: {
      get: async (key: string) => device.values.get(key),
      put: (value: unknown, key: string) => device.values.set(key, value),
    },
    done: Promise.resolve(),
  }),
  close: () => undefined,
}));
vi.mock('idb', () => ({
  openDB: () => (device.open ? device.open() : Promise.resolve(DATABASE)),
  deleteDB: async () => {
    device.deleted += 1;
    device.values.clear();
  },
}));

beforeEach(async () => {
  Object.assign(device, { open: undefined, clear: undefined });
  await wipe();
  device.deleted = 0;
});

const store = async (owner: number) => {
  await saveLocal(owner, 'directory', ['Claramunde']);
  await storeTogether(owner, new Map([['outbox', ['Bring the plans']]]));
  await changeLocal(owner, 'favourites', (stored) => stored ?? ['Ada']);
  return [...device.values.keys()].sort();
};

describe('the data of a user', () => {
  it('is stored while they are signed in', async () => {
    own();
    expect(await store(currentOwner())).toEqual(['directory', 'favourites', 'outbox']);
  });

  it('is not stored once they leave, by nothing that begins or ends later', async () => {
    own();
    const owner = currentOwner();
    disown();
    expect(await store(owner)).toEqual([]);
    expect(await store(currentOwner())).toEqual([]);
  });
});

describe('the wipe', () => {
  const fail = () => Promise.reject(new DOMException('', 'UnknownError'));

  it.each([['does not open', 'open'] as const, ['cannot be emptied', 'clear'] as const])(
    'deletes a database that %s',
    async (_, step) => {
      device[step] = fail;
      await wipe();
      expect(device.deleted).toBe(1);
    },
  );

  it('does not wait for a database that another tab holds up, nor do readers', async () => {
    let opens: (database: unknown) => void = () => undefined;
    device.open = () => new Promise((resolve) => (opens = resolve));
    vi.useFakeTimers();
    const wiped = wipe();
    const found = readLocal('directory');
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    expect([await found, await readLocal('directory')]).toEqual([undefined, undefined]);
    await wiped;
    expect(device.deleted).toBe(1);
    own();
    opens(DATABASE);
    await eventually(async () => expect(await store(currentOwner())).toEqual(['directory', 'favourites', 'outbox']));
  });
});
