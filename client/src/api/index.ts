/** The server's interface: generated from its own description, with refusals as `Problem`s and sessions kept alive. */
import { noteFault } from '~/kernel/faults';
import { asProblem, Problem } from '~/kernel/problem';
import { client } from './generated/client.gen';

export * as api from './generated/sdk.gen';
export type * from './generated/types.gen';

const REFRESH = '/api/v1/sessions/refresh';
/** These answer 401 about what was just typed in, not about the session. */
const COMING_IN = /^\/api\/v1\/(sessions(\/|$)|invitations\/|recoveries|sign-in\/)/;

let sessionOver: () => void = () => undefined;

/** Who wants to know that the session has ended: here by expiry, or elsewhere by its owner. */
export function onSessionOver(listener: () => void): void {
  sessionOver = listener;
}

let halfIn: () => void = () => undefined;

/** Who wants to know that a password or a yes to new terms is awaited: everything else is refused until then. */
export function onHalfIn(listener: () => void): void {
  halfIn = listener;
}

let refreshing: Promise<boolean> | undefined;

/** One refresh at a time, over all tabs: the token is good once. False: the session is over; throws when offline. */
function refresh(): Promise<boolean> {
  refreshing ??= locked(async () => {
    const answer = await fetch(REFRESH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    if (answer.status >= 500 || answer.status === 429) throw Problem.unreachable();
    return answer.ok;
  }).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

/** Cookies that no script may touch go when the server, asked for more of a session that has ended, says no. */
export async function giveBackCookies(): Promise<void> {
  await refresh().catch(() => undefined);
}

function locked<T>(work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? navigator.locks.request('unificx.refresh', work) : work();
}

async function fetchInSession(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const again = request.clone();
  const answer = await fetch(request);
  const { pathname } = new URL(request.url);
  const signingIn = COMING_IN.test(pathname) && request.method === 'POST';
  if (answer.status !== 401 || signingIn) return answer;
  if (await refresh()) return fetch(again);
  sessionOver();
  return answer;
}

interface Told {
  code?: string;
  title?: string;
  detail?: string;
  hint?: string;
  field?: string;
}

client.setConfig({
  baseUrl: '',
  credentials: 'same-origin',
  throwOnError: true,
  fetch: fetchInSession as typeof fetch,
});
client.interceptors.error.use((fault, response, request) => {
  const problem = problemOf(fault, response);
  if (problem.code !== 'unauthenticated') noteFault(problem.code, `${request?.method} ${request?.url}`);
  if (problem.code === 'acceptance_needed' || problem.code === 'own_password_needed') halfIn();
  return problem;
});

function problemOf(fault: unknown, response: Response | undefined): Problem {
  if (!response) return asProblem(fault);
  const told = (typeof fault === 'object' && fault !== null ? fault : {}) as Told;
  const wait = Number(response.headers.get('retry-after') ?? 0);
  const message = told.detail ?? told.title ?? response.statusText;
  return new Problem(told.code ?? `http_${response.status}`, response.status, message, told.hint, told.field, wait);
}
