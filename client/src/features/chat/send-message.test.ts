import { beforeEach, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { outbox, sendMessage } from './chats';
import { chosenFile } from './files/chosen';
import { eventually } from '../../../test/eventually';

const storage = vi.hoisted(() => ({
  saved: new Map<string, unknown>(),
  files: [] as (() => void)[],
  full: false,
}));
vi.mock('~/core/device-storage', () => ({
  currentOwner: () => 'ada',
  readLocal: async (key: string) => storage.saved.get(key),
  readStored: async (key: string) => storage.saved.get(key),
  readAllLocal: async () => new Map(),
  async saveLocal(_: string, key: string, value: unknown) {
    if (value instanceof Blob) await new Promise<void>((done) => storage.files.push(done));
    if (!storage.full) storage.saved.set(key, value);
  },
  async storeTogether(_: string, entries: Map<string, unknown>) {
    if (storage.full) throw new DOMException('', 'QuotaExceededError');
    for (const [key, value] of entries) storage.saved.set(key, value);
  },
  removeLocal: async () => undefined,
  localKeys: async () => [],
}));

beforeEach(() => vi.stubGlobal('fetch', () => new Promise(() => undefined)));

it('stores a message behind an earlier one whose file is still being stored', async () => {
  const message = (text: string) => ({ client_id: text, conversation_id: 'c', text, created: '2026-01-05T09:00:00Z' });
  const first = sendMessage(message('with a file'), [chosenFile(new Blob(['plan']), 'plan.pdf')]);
  const second = sendMessage(message('after it'));
  await eventually(() => expect(storage.files).toHaveLength(1));
  storage.files[0]!();
  await Promise.all([first, second]);
  expect(outbox.waiting.state.map((each) => [each.text, each.files?.map((file) => file.name)])).toEqual([
    ['with a file', ['plan.pdf']],
    ['after it', []],
  ]);
});

it('sends a message on a device whose storage is full, once', async () => {
  storage.full = true;
  const sent: string[] = [];
  vi.spyOn(api, 'sendMessage').mockImplementation((async ({ body }: { body: { client_id: string } }) => {
    sent.push(body.client_id);
    return { data: { id: body.client_id, conversation_id: 'c', client_id: body.client_id, seq: sent.length } };
  }) as never);
  outbox.clear();
  await outbox.refresh();
  for (const each of outbox.waiting.state) await outbox.discard(each.client_id);
  await sendMessage({ client_id: 'full', conversation_id: 'c', text: 'full', created: '2026-01-05T09:00:00Z' });
  expect(outbox.waiting.state.map((each) => each.client_id)).toEqual(['full']);
  await outbox.flush();
  expect([sent, outbox.waiting.state]).toEqual([['full'], []]);
});
