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

it('a sign-in does not end a session whose data is still being wiped: the sign-out does', async () => {
  setLeaving('wipe');
  answers = [201];
  await signIn();
  expect([requests, leaving()]).toEqual([['POST /api/v1/sessions'], 'wipe']);
});

it.each([
  ['/api/v1/sessions/passkey/options', () => api.passkeySignInOptions({ baseUrl: 'http://pbx.example' })],
  [
    '/api/v1/sessions/second-factor/options',
    () => api.secondFactorOptions({ baseUrl: 'http://pbx.example', body: { ticket: 'T' } }),
  ],
  [
    '/api/v1/invitations/look',
    () => api.lookAtInvitation({ baseUrl: 'http://pbx.example', body: { invitation: 'I' } as never }),
  ],
  ['/api/v1/recoveries', () => api.askRecovery({ baseUrl: 'http://pbx.example', body: { email: '' } as never })],
])('%s begins no session, and waits for no other', async (path, ask) => {
  answers = [200];
  await ask();
  expect([requests, leaving()]).toEqual([[`POST ${path}`], 'revoke']);
});

it.each([
  ['that needs a second factor', 202],
  ['that is refused', 401],
])('a sign-in %s replaces no session', async (_, status) => {
  answers = [503, status];
  await signIn();
  expect([requests.length, leaving()]).toEqual([2, 'revoke']);
});
