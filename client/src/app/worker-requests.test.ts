import { locks } from 'node:worker_threads';
import { beforeEach, expect, it, vi } from 'vitest';
import { COOKIES_LOCK, withLock } from '~/core/locks';
import { eventually } from '../../test/eventually';
import { fetchWithSession } from './worker-requests';

const RENEWED = 'POST /api/v1/sessions/refresh';
const DECLINED = 'POST /api/v1/me/calls/1/decline';
/** Statuses of the answers to requests in order; undefined: there is no answer. */
let answers: (number | undefined)[] = [];
const requests: string[] = [];

beforeEach(() => {
  requests.length = 0;
  vi.useFakeTimers();
  Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });
  vi.stubGlobal('fetch', (path: string, { method, signal }: RequestInit) => {
    requests.push(`${method} ${path}`);
    const status = answers.shift();
    if (status) return Promise.resolve(new Response(null, { status }));
    return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)));
  });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

const decline = () => fetchWithSession('/api/v1/me/calls/1/decline', { method: 'POST' });

it('the worker renews the session once and asks again', async () => {
  answers = [401, 200, 204];
  expect((await decline()).status).toBe(204);
  expect(requests).toEqual([DECLINED, RENEWED, DECLINED]);
});

it.each([
  ['a request', [undefined], [DECLINED]],
  ['a renewal, which leaves its lock to the pages', [401, undefined], [DECLINED, RENEWED]],
])('the worker gives up %s without an answer', async (_, given, asked) => {
  answers = given;
  const fault = decline().catch((reason: unknown) => reason);
  await eventually(() => expect(requests).toEqual(asked));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await fault).toMatchObject({ code: 'unreachable' });
  await withLock(COOKIES_LOCK, async () => undefined);
});
