import { COOKIES_LOCK, withLock } from '~/core/locks';
import { inTime } from '~/core/time-limit';

/** Milliseconds for each request: a call rings for a minute, and pages wait for a renewal of the session. */
const LIMIT_MS = 10_000;

/** Fetch with the session, refreshed if it has expired. */
export async function fetchWithSession(path: string, init: RequestInit): Promise<Response> {
  const response = await fetchInTime(path, init);
  if (response.status !== 401) return response;
  const renewed = await withLock(COOKIES_LOCK, (lost) =>
    fetchInTime('/api/v1/sessions/refresh', jsonRequest('POST', {}), lost),
  );
  return renewed.ok ? fetchInTime(path, init) : response;
}

export function jsonRequest(method: string, body: unknown): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function fetchInTime(path: string, init: RequestInit, lost = new AbortController().signal): Promise<Response> {
  return inTime(lost, (signal) => fetch(path, { ...init, signal }), LIMIT_MS);
}
