import { beforeEach, expect, it, vi } from 'vitest';
import { wipeDevice } from './worker-wipe';

const values = vi.hoisted(() => new Map<string, unknown>());
const never = vi.hoisted(() => new Promise<never>(() => undefined));
vi.mock('idb', () => ({
  openDB: async () => ({ clear: async () => values.clear(), close: () => undefined }),
  deleteDB: () => never, // a frozen tab has it open
}));

const deleted: string[] = [];

beforeEach(() => {
  deleted.length = 0;
  values.set('directory', ['Claramunde']);
  vi.useFakeTimers();
  vi.stubGlobal('caches', {
    keys: async () => ['workbox-precache-v2', 'pictures'],
    delete: async (name: string) => deleted.push(name),
  });
  vi.stubGlobal('indexedDB', {
    databases: async () => [{ name: 'earlier' }],
    deleteDatabase: (name: string) => deleted.push(name),
  });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

it('the wipe of a signed-out device waits for nothing that never answers', async () => {
  const push = { getSubscription: () => never } as unknown as PushManager;
  const wiped = wipeDevice(push, () => never);
  await vi.advanceTimersByTimeAsync(10_000);
  await wiped;
  expect(values.size).toBe(0);
  expect(deleted.toSorted()).toEqual(['earlier', 'pictures']);
});

it('the wipe of a signed-out device ends as soon as everything is deleted', async () => {
  const unsubscribe = vi.fn(async () => true);
  const push = { getSubscription: async () => ({ unsubscribe }) } as unknown as PushManager;
  const wiped = wipeDevice(push, async () => undefined);
  await vi.advanceTimersByTimeAsync(1_000); // for tabs to close the database
  await wiped;
  expect(unsubscribe).toHaveBeenCalledOnce();
});
