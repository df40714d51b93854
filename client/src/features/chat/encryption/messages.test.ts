import { afterEach, expect, it, vi } from 'vitest';
import { api, type Conversation } from '~/api';
import { sweepContents, vault } from './messages';

const made = vi.hoisted(() => ({
  read: undefined as undefined | ((key: string) => Promise<unknown>),
  swept: [] as string[],
}));
vi.mock('./vault', () => ({
  Vault: class {
    constructor({ read }: { read: (key: string) => Promise<unknown> }) {
      made.read = read;
    }
    sweep = async (now: string) => void made.swept.push(now);
    catchUp = async () => undefined;
  },
}));

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

// jsdom has no IndexedDB.
it('keys that the device cannot read at the moment are not taken for none', async () => {
  await vault();
  await expect(made.read!('mls.device')).rejects.toBeDefined();
});

it('a device whose clock is wrong deletes disappearing messages by the clock of the server', async () => {
  vi.useFakeTimers({ now: new Date('2031-01-01T00:00:00Z'), toFake: ['Date'] });
  const headers = { date: 'Mon, 05 Jan 2026 09:30:00 GMT', 'content-type': 'application/json' };
  vi.stubGlobal('fetch', async () => new Response('{"items":[],"next":null}', { headers }));
  await api.directory({ baseUrl: 'http://pbx.example' });
  await sweepContents([{ id: 'c', encrypted: true } as Conversation]);
  expect(made.swept).toEqual(['2026-01-05T09:30:00.000Z']);
});
