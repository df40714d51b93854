import { beforeEach, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { leaving, setLeaving } from './leaving';

const REVOKED = 'DELETE /api/v1/sessions/current';
const requests: string[] = [];
/** Status of the answers to requests in order; undefined: there is no answer. */
let answers: (number | undefined)[] = [];

beforeEach(() => {
  requests.length = 0;
  setLeaving('revoke');
  vi.useFakeTimers();
  vi.stubGlobal('fetch', (asked: Request | string, { method, signal }: RequestInit = {}) => {
    const request = asked instanceof Request ? asked : { method, url: asked };
    requests.push(`${request.method} ${new URL(request.url, 'http://pbx.example').pathname}`);
    const status = answers.shift();
    if (status) return Promise.resolve(status === 204 ? new Response(null, { status }) : Response.json({}, { status }));
    return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)));
  });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    setLeaving(undefined);
  };
});

const signIn = () =>
  api
    .signIn({ baseUrl: 'http://pbx.example', body: { email: '', password: '', device: { name: '' } } as never })
    .catch((fault: unknown) => fault);

it('a session that was left is ended before the next one begins', async () => {
  answers = [204, 201];
  await signIn();
  expect([requests, leaving()]).toEqual([[REVOKED, 'POST /api/v1/sessions'], undefined]);
});

it('a sign-in does not wait for a server that does not end the session before, which it replaces', async () => {
  answers = [undefined, 201];
  const signedIn = signIn();
  await vi.advanceTimersByTimeAsync(3_000);
  await signedIn;
  expect([requests, leaving()]).toEqual([[REVOKED, 'POST /api/v1/sessions'], undefined]);
});

it.each([
  ['that needs a second factor', 202],
  ['that is refused', 401],
])('a sign-in %s replaces no session', async (_, status) => {
  answers = [503, status];
  await signIn();
  expect([requests.length, leaving()]).toEqual([2, 'revoke']);
});
