import { beforeEach, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { asProblem } from '~/core/problem';
import { eventually } from '../../test/eventually';

const waiting: AbortSignal[] = [];

/** A server that never answers. */
const hangs = (request: Request, init?: RequestInit) =>
  new Promise<Response>((_, reject) => {
    const signal = init?.signal ?? request.signal;
    waiting.push(signal);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

beforeEach(() => {
  waiting.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal('fetch', hangs);
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

const server = { baseUrl: 'http://pbx.example' };
const message = { path: { conversation_id: 'c' }, body: { client_id: '1', text: 'Hello' } };
const group = { path: { conversation_id: 'c' } };
const changed = { path: { conversation_id: 'c', message_id: 'm' } };

it.each([
  ['a list', () => api.directory(server)],
  ['a sign-in', () => api.signIn({ ...server, body: { email: '', password: '', device: { name: '' } } as never })],
  ['a message', () => api.sendMessage({ ...server, ...message })],
  ['an edited message', () => api.editMessage({ ...server, ...changed, body: { text: 'Hi' } })],
  ['a reaction', () => api.reactToMessage({ ...server, ...changed, body: { emoji: '👍' } })],
  ['a device of chat', () => api.registerChatDevice({ ...server, body: { id: 'd', key_packages: [] } as never })],
  ['keys of others', () => api.claimKeyPackages({ ...server, ...group, body: { device_ids: ['d'] } })],
  ['a change of a group', () => api.changeEncryptionGroup({ ...server, ...group, body: {} as never })],
  ['the end in a group', () => api.leaveEncryptionGroup({ ...server, ...group })],
])('a server that does not answer for a minute is unreachable: %s', async (_, ask) => {
  const fault = ask().catch(asProblem);
  await eventually(() => expect(waiting).toHaveLength(1));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await fault).toMatchObject({ code: 'unreachable', offline: true });
});

it('an upload may take longer', async () => {
  const path = { contact_id: 'c' };
  void api.setContactPicture({ ...server, path, body: new Blob() }).catch(() => undefined);
  await eventually(() => expect(waiting).toHaveLength(1));
  await vi.advanceTimersByTimeAsync(600_000);
  expect(waiting[0]!.aborted).toBe(false);
});

it('a request that its sender cancels ends at once', async () => {
  const sender = new AbortController();
  const fault = api.directory({ ...server, signal: sender.signal }).catch((reason: unknown) => reason);
  await eventually(() => expect(waiting).toHaveLength(1));
  expect(waiting[0]!.aborted).toBe(false);
  sender.abort();
  expect(waiting[0]!.aborted).toBe(true);
  await fault;
});
