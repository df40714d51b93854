import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outgoing } from './outbox';

const device = vi.hoisted(() => ({
  owner: 1,
  stored: undefined as unknown,
  /** Whether the storage can be read, and written. */
  readable: true,
  full: false,
  written: undefined as Promise<void> | undefined,
}));
vi.mock('~/core/device-storage', () => ({
  currentOwner: () => device.owner,
  readStored: async () => {
    if (!device.readable) throw new DOMException('', 'TimeoutError');
    return structuredClone(device.stored);
  },
  storeTogether: async (_: number, entries: ReadonlyMap<string, unknown>) => {
    await device.written;
    if (device.full) throw new DOMException('', 'QuotaExceededError');
    device.stored = structuredClone(entries.get('outbox'));
  },
}));

/** A tab, which has modules of its own. */
async function openTab() {
  vi.resetModules();
  const { loadOutbox, saveOutbox, forgetUnstored, unsentMessages } = await import('./stored-outbox');
  const change = async (work: (all: Outgoing[]) => Outgoing[]) => saveOutbox(work(await loadOutbox()));
  return {
    forget: forgetUnstored,
    load: loadOutbox,
    unsent: unsentMessages,
    save: saveOutbox,
    add: (id: string) => change((all) => [...all, message(id)]),
    remove: (id: string) => change((all) => all.filter((each) => each.client_id !== id)),
    refuse: (id: string) =>
      change((all) => all.map((each) => (each.client_id === id ? { ...each, refused: true } : each))),
    shown: async () => (await loadOutbox()).map((each) => each.client_id + (each.refused ? ' refused' : '')),
  };
}

const message = (id: string): Outgoing => ({
  client_id: id,
  conversation_id: 'c',
  text: 'of Ada',
  created: '2026-01-05T09:00:00Z',
});

beforeEach(() => Object.assign(device, { stored: undefined, readable: true, full: false, written: undefined }));

it('messages of a full device that are being saved at a sign-out are not those of the next user', async () => {
  const tab = await openTab();
  let written: () => void = () => undefined;
  Object.assign(device, { full: true, written: new Promise<void>((resolve) => (written = resolve)) });
  await tab.shown();
  const saved = tab.save([message('c-1')]);
  device.owner += 1;
  tab.forget();
  written();
  await saved;
  expect(await tab.shown()).toEqual([]);
});

describe('on a full device', () => {
  it('a tab shows its changes on top of what others store and send', async () => {
    const [one, other] = [await openTab(), await openTab()];
    for (const id of ['sent', 'refused', 'discarded']) await one.add(id);
    device.full = true;
    await one.refuse('refused');
    await one.remove('discarded');
    await one.add('own');
    device.full = false;
    await other.remove('sent');
    await other.add('added');
    expect(await one.shown()).toEqual(['refused refused', 'added', 'own']);
    await one.refuse('own');
    expect(await other.shown()).toEqual(['refused refused', 'added', 'own refused']);
  });
});

it('messages that cannot be read at the moment are not replaced', async () => {
  const tab = await openTab();
  await tab.add('earlier');
  device.readable = false;
  await tab.add('own');
  expect(await tab.shown()).toEqual(['own']);
  device.readable = true;
  expect(await tab.shown()).toEqual(['earlier', 'own']);
});

it('changes that were not stored stay while the messages cannot be read', async () => {
  const tab = await openTab();
  for (const id of ['discarded', 'refused']) await tab.add(id);
  device.full = true;
  await tab.remove('discarded');
  await tab.refuse('refused');
  device.readable = false;
  await tab.add('own');
  Object.assign(device, { readable: true, full: false });
  expect(await tab.shown()).toEqual(['refused refused', 'own']);
});

it('a question about unsent messages during a change does not keep that from being stored', async () => {
  const tab = await openTab();
  await tab.load();
  device.readable = false;
  expect(await tab.unsent()).toEqual([]);
  await tab.save([message('c-1')]);
  device.readable = true;
  expect(await (await openTab()).shown()).toEqual(['c-1']);
});
