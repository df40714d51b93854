import { beforeEach, expect, test, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { Outbox, type Outgoing, type OutgoingFile } from '../outbox';
import { Uploader, type Transfer } from './uploader';
import { eventually } from '../../../../test/eventually';

const message = (client_id: string, files: string[] = [], conversation_id = 'c'): Outgoing => ({
  client_id,
  conversation_id,
  text: client_id,
  created: '2026-01-05T09:00:00Z',
  files: files.map((id) => ({ id, name: `${id}.pdf`, size: 3, type: 'application/pdf' })),
});

let stored: Outgoing[];
let sent: string[];
let blobs: Map<string, Blob>;
let upload: ReturnType<typeof vi.fn<(blob: Blob, file: OutgoingFile, transfer: Transfer) => Promise<string>>>;
let paused: number[];

/** A page of the app; the storage and the server outlive it. */
function page() {
  const lock = <T>(_: string, work: () => Promise<T>) => work();
  const pause = async (seconds: number) => void paused.push(seconds);
  const outbox = new Outbox<string>({
    load: async () => stored,
    save: async (all) => void (stored = all),
    lock,
    send: async ({ text, files = [] }) => [text, ...files.map((each) => each.attachment)].join(' '),
    sent: (each) => void sent.push(each),
    pause,
  });
  const uploader = new Uploader({
    waiting: () => outbox.waiting.state,
    update: (id, change) => outbox.update(id, change),
    refresh: () => outbox.refresh(),
    read: async (id) => blobs.get(id),
    upload,
    ready: () => void outbox.flush(),
    lock,
    pause,
  });
  return { outbox, uploader };
}

beforeEach(() => {
  stored = [];
  sent = [];
  paused = [];
  blobs = new Map(['a', 'b'].map((id) => [id, new Blob(['pdf'])]));
  upload = vi.fn(async (_, { id }, { address, progress }) => {
    address(`/api/v1/attachments/${id}-1`);
    progress(1);
    return `${id}-1`;
  });
});

test('a message is sent once its files have arrived, in order within its conversation', async () => {
  const { outbox, uploader } = page();
  for (const each of [message('first', ['a', 'b']), message('second'), message('elsewhere', [], 'd')]) {
    await outbox.add(each);
  }
  await outbox.flush();
  expect(sent).toEqual(['elsewhere']);
  await uploader.run();
  await outbox.flush();
  expect(sent).toEqual(['elsewhere', 'first a-1 b-1', 'second']);
  expect(upload).toHaveBeenCalledTimes(2);
});

test('an upload continues at its address after a reload', async () => {
  const { outbox, uploader } = page();
  await outbox.add(message('first', ['a']));
  upload.mockImplementationOnce(async (_, __, { address }) => {
    address('/api/v1/attachments/begun');
    return new Promise(() => undefined); // the page is closed
  });
  void uploader.run();
  await eventually(() => expect(stored[0]!.files![0]!.address).toBe('/api/v1/attachments/begun'));
  const again = page();
  await again.outbox.open();
  await again.uploader.run();
  await again.outbox.flush();
  expect(upload.mock.lastCall![1].address).toBe('/api/v1/attachments/begun');
  expect(sent).toEqual(['first a-1']);
});

test('without a connection it is tried again; a file that is refused stops its message alone', async () => {
  const { outbox, uploader } = page();
  await outbox.add(message('refused', ['a']));
  await outbox.add(message('fine', ['b']));
  upload
    .mockRejectedValueOnce(Problem.unreachable())
    .mockRejectedValueOnce(new Problem('invalid', 422, 'The photo cannot be read.'));
  await uploader.run();
  await outbox.flush();
  expect(paused).toEqual([5]);
  expect(sent).toEqual(['fine b-1']);
  expect(stored).toMatchObject([
    { client_id: 'refused', refused: true, reason: { message: 'The photo cannot be read.' } },
  ]);
  await outbox.retry('refused');
  await uploader.run();
  await outbox.flush();
  expect(sent).toEqual(['fine b-1', 'refused a-1']);
});

test('a discarded message stops its upload', async () => {
  const { outbox, uploader } = page();
  await outbox.add(message('first', ['a']));
  let stopped = false;
  upload.mockImplementationOnce(
    (_, __, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped = true;
          reject(new DOMException('cancelled', 'AbortError'));
        });
      }),
  );
  const running = uploader.run();
  await eventually(() => expect(upload).toHaveBeenCalled());
  await outbox.discard('first');
  uploader.cancel('first');
  await running;
  expect([stopped, stored, sent]).toEqual([true, [], []]);
});

test('a file that is gone from the device stops its message', async () => {
  const { outbox, uploader } = page();
  blobs.clear();
  await outbox.add(message('first', ['a']));
  await uploader.run();
  expect(stored).toMatchObject([{ refused: true }]);
});
