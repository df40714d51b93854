/**
 * API client: generated from the server's OpenAPI document, with errors as `Problem`s and automatic session refresh.
 */
import { currentOwner } from '~/core/device-storage';
import { logFault } from '~/core/error-log';
import { COOKIES_LOCK, withLock } from '~/core/locks';
import { asProblem, Problem } from '~/core/problem';
import { randomText } from '~/core/random';
import { noteServerTime } from '~/core/server-time';
import { inTime } from '~/core/time-limit';
import { createClient, createConfig, type Client } from './generated/client';
import { client } from './generated/client.gen';
import { leaving, setLeaving } from './leaving';

export * as api from './generated/sdk.gen';
export type * from './generated/types.gen';
export type { Client };

/** Codes of requests that are refused until the user has done something. */
const REQUIREMENTS = new Set(['acceptance_needed', 'consent_required', 'own_password_needed']);
const REFRESH = '/api/v1/sessions/refresh';
const CURRENT = '/api/v1/sessions/current';
/** Milliseconds that a sign-in waits for such a request of an earlier session, then for the end of that session. */
export const LOCK_TIMEOUT_MS = 3_000;
/** Milliseconds for an attempt to end a session that was left. */
const REVOCATION_LIMIT_MS = 10_000;
/** A 401 from these paths concerns the submitted credentials, not the session. */
const SIGN_IN_PATHS = /^\/api\/v1\/(sessions(\/|$)|invitations\/|recoveries|sign-in\/)/;
/** A post to these sets the cookies of a new session. */
const NEW_SESSION_PATHS =
  /^\/api\/v1\/(sessions(\/(by-code|by-passkey|second-factor))?|invitations\/accept|recoveries\/finish)$/;

let handleSessionEnd: (owner: number) => void = () => undefined;

/**
 * Register the listener for the end of the session: by expiry here, or revoked elsewhere. It gets the token of the
 * user whose request was refused.
 */
export function onSessionEnded(listener: (owner: number) => void): void {
  handleSessionEnd = listener;
}

let handleRequirements: () => void = () => undefined;

/** Register the listener for a pending password change or new terms: all other requests are refused until then. */
export function onRequirementsPending(listener: () => void): void {
  handleRequirements = listener;
}

let refreshing: Promise<boolean> | undefined;
/** The server has refused to refresh the session, and with that removed its cookies. */
let refused = false;

/**
 * Refresh the session, once at a time over all tabs: the token is single-use. False if the session has ended; throws
 * when offline. The server repeats an answer that was lost or came too late.
 */
function refresh(): Promise<boolean> {
  refreshing ??= withLock(COOKIES_LOCK, (lost) => inTime(lost, renew)).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function renew(signal: AbortSignal): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(REFRESH, { method: 'POST', headers, body: '{}', signal });
  if (response.status >= 500 || response.status === 429) throw Problem.unreachable();
  refused = !response.ok;
  return response.ok;
}

/** Clear the HttpOnly session cookies: the server removes them when it rejects the refresh of an ended session. */
export async function clearSessionCookies(): Promise<void> {
  if (!refused) await refresh().catch(() => undefined);
}

/**
 * End the session that was left on the server, once the device is wiped and unless another tab has. Rejects where the
 * server does not confirm it.
 */
export async function completeLeaving(timeoutMs?: number): Promise<void> {
  if (!leaving()) return;
  const complete = async (lost: AbortSignal) => {
    if (leaving() === 'revoke') await inTime(lost, revoke, REVOCATION_LIMIT_MS);
  };
  await withLock(COOKIES_LOCK, complete, timeoutMs);
}

async function revoke(signal: AbortSignal): Promise<void> {
  const end = () => fetch(CURRENT, { method: 'DELETE', signal });
  let response = await end();
  if (response.status === 401 && (await renew(signal))) response = await end();
  if (!response.ok && response.status !== 401) throw Problem.unreachable();
  setLeaving(undefined);
}

/** Send a sign-in, after the end of a session that was left, if the server answers, and without it otherwise. */
function signIn(request: Request): Promise<Response> {
  const send = async (lost: AbortSignal) => {
    if (leaving() === 'revoke') await inTime(lost, revoke, LOCK_TIMEOUT_MS).catch(() => undefined);
    const response = await fetchInTime(request, lost);
    // A new session has replaced the one that was left, not so a request for a second factor.
    if (response.status === 201 && leaving() === 'revoke') setLeaving(undefined);
    return response;
  };
  return withLock(COOKIES_LOCK, send, LOCK_TIMEOUT_MS);
}

/** A message has an id that makes it one, however often it is sent; a change of a group has its number. */
const REPEATABLE = /^\/api\/v1\/(conversations\/[^/]+\/(messages(\/.*)?|group|key-packages)|me\/chat-device)$/;

/** Fetch. Other changes may take longer, as an upload does, and must not be made twice. */
function fetchInTime(request: Request, cancelled = request.signal): Promise<Response> {
  const { pathname } = new URL(request.url);
  const limited = request.method === 'GET' || SIGN_IN_PATHS.test(pathname) || REPEATABLE.test(pathname);
  return limited ? inTime(cancelled, (signal) => fetch(request, { signal })) : fetch(request);
}

/** Refreshes of the session for a request: another tab that does the same invalidates the tokens just refreshed here. */
const ATTEMPTS = 3;

async function fetchWithSession(request: Request): Promise<Response> {
  const owner = currentOwner();
  const retry = request.clone();
  const { pathname } = new URL(request.url);
  const posted = request.method === 'POST';
  const signingIn = posted && SIGN_IN_PATHS.test(pathname);
  let response = await (posted && NEW_SESSION_PATHS.test(pathname) ? signIn(request) : fetchInTime(request));
  if (response.ok) refused = false;
  for (let attempt = 1; response.status === 401 && !signingIn && attempt <= ATTEMPTS; attempt += 1) {
    // A late answer to a user who has left says nothing about the session of the next one, who does not ask again.
    if (owner !== currentOwner()) return response;
    const renewed = await refresh();
    if (owner !== currentOwner()) return response;
    if (!renewed) {
      handleSessionEnd(owner);
      return response;
    }
    response = await fetchInTime(retry.clone());
  }
  return response;
}

/** Requests that create something once, also if a response is lost and the user sends the same again. */
const CREATIONS = /^\/api\/v1\/(contacts|conversations|me\/requests|meetings|meetings\/[^/]+\/invitations)$/;
/** Idempotency keys of requests without a good response, by their content, with the time of the last attempt. */
const unanswered = new Map<string, { key: string; at: number }>();
/** Later the same content is a new wish: the user may have deleted meanwhile what was created. */
const SAME_WISH_MS = 300_000;

/** Forget them with the user. */
export const forgetUnanswered = () => unanswered.clear();

async function fetchOnce(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  if (request.method !== 'POST' || !CREATIONS.test(new URL(request.url).pathname)) return fetchWithSession(request);
  const content = `${request.url} ${await request.clone().text()}`;
  const at = Date.now();
  const last = unanswered.get(content);
  const key = last && at - last.at < SAME_WISH_MS ? last.key : randomText(16);
  unanswered.set(content, { key, at });
  request.headers.set('idempotency-key', key);
  const response = await fetchWithSession(request);
  if (response.ok) unanswered.delete(content);
  return response;
}

interface ProblemBody {
  code?: string;
  title?: string;
  detail?: string;
  hint?: string;
  field?: string;
  reference?: string;
}

/** Errors are stated in the language of the page, which is not always that of the browser. */
function inOwnLanguage(request: Request): Request {
  request.headers.set('accept-language', document.documentElement.lang || 'en');
  return request;
}

client.setConfig({
  baseUrl: '',
  credentials: 'same-origin',
  throwOnError: true,
  fetch: fetchOnce as typeof fetch,
});
client.interceptors.request.use(inOwnLanguage);
client.interceptors.response.use((response) => {
  noteServerTime(response.headers.get('date'));
  return response;
});
client.interceptors.error.use((fault, response, request) => {
  const problem = problemOf(fault, response);
  if (problem.code !== 'unauthenticated') logFault(problem.code, `${request?.method} ${request?.url}`);
  if (REQUIREMENTS.has(problem.code)) handleRequirements();
  return problem;
});

/** A client with the token of a guest of a meeting, independent of the session of a user. */
export function guestClient(token: string): Client {
  const made = createClient(
    createConfig({
      baseUrl: '',
      throwOnError: true,
      credentials: 'omit',
      headers: { Authorization: `Bearer ${token}` },
    }),
  );
  made.interceptors.request.use(inOwnLanguage);
  made.interceptors.error.use(problemOf);
  return made;
}

/** The text of the server about a field, without positions in lists: `scopes.0 must …` becomes `scopes must …`. */
const withoutPositions = (text: string, field = '') =>
  field && text.startsWith(`${field} `) ? field.replaceAll(/\.\d+(?=\.|$)/g, '') + text.slice(field.length) : text;

function problemOf(fault: unknown, response: Response | undefined): Problem {
  if (!response) return asProblem(fault);
  const body = (typeof fault === 'object' && fault !== null ? fault : {}) as ProblemBody;
  const retryAfter = Number(response.headers.get('retry-after') ?? 0);
  return new Problem(
    body.code ?? `http_${response.status}`,
    response.status,
    withoutPositions(body.detail ?? body.title ?? response.statusText, body.field),
    body.hint?.includes('/api/') ? '' : body.hint, // for programs
    body.field,
    retryAfter,
    body.reference,
  );
}
