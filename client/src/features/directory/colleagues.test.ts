import { beforeEach, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { refreshSession, session, signOut } from '~/api/session';
import { colleagues } from './colleagues';
import { eventually } from '../../../test/eventually';

/** jsdom has no IndexedDB. The deletion of this database ends when the test says so. */
const device = vi.hoisted(() => ({ values: new Map<string, unknown>(), end: [] as (() => void)[] }));
vi.mock('idb', () => ({
  openDB: async () => ({
    get: async (_: string, key: string) => device.values.get(key),
    put: async (_: string, value: unknown, key: string) => void device.values.set(key, value),
    clear: async () => device.values.clear(),
    close: () => undefined,
  }),
  deleteDB: () => new Promise<void>((resolve) => void device.end.push(resolve)),
}));

const signedIn = (id: string) =>
  vi.spyOn(api, 'whoAmI').mockResolvedValue({ data: { person: { id }, extensions: [] } } as never);
const PAGE = { data: { items: [{ id: 'c', name: 'Claramunde', number: '1002', department: '' }], next: null } };

/** Sign in, and out again until the device is empty. */
async function signedOutUntilDeletion(): Promise<{ left: Promise<void> }> {
  signedIn('ada');
  await refreshSession();
  await colleagues.open();
  expect([...device.values.keys()].sort()).toEqual(['directory', 'me']);
  const left = signOut();
  await eventually(() => expect(device.end).toHaveLength(1));
  expect(device.values.size).toBe(0);
  return { left };
}

beforeEach(() => {
  vi.stubGlobal('fetch', async () => new Response(null, { status: 204 }));
  vi.spyOn(api, 'directory').mockResolvedValue(PAGE as never);
  device.end.length = 0;
  session.setState(() => ({ state: 'out' }));
  return () => vi.unstubAllGlobals();
});

it('colleagues that are asked for while the device is wiped are not stored', async () => {
  const { left } = await signedOutUntilDeletion();
  await colleagues.open();
  expect(api.directory).toHaveBeenCalledTimes(2);
  expect([...device.values.keys()]).toEqual([]);
  device.end[0]!();
  await left;
  colleagues.clear();
});

it('they are not stored for the next user either', async () => {
  const { left } = await signedOutUntilDeletion();
  let answer: (page: unknown) => void = () => undefined;
  vi.mocked(api.directory).mockReturnValueOnce(new Promise((resolve) => (answer = resolve)) as never);
  const asked = colleagues.refresh();
  device.end[0]!();
  await left;
  signedIn('bob');
  await eventually(async () => {
    await refreshSession(); // once the server has ended the session of the former user
    expect(session.state.state).toBe('in');
  });
  answer(PAGE);
  await asked;
  expect([...device.values.keys()]).toEqual(['me']);
  colleagues.clear();
});
