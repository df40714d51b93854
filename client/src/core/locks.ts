import { Problem } from './problem';

/** Held by every request whose answer changes the session cookies. */
export const COOKIES_LOCK = 'unificx.refresh';

/**
 * Run work that only one tab, or the service worker, may do at a time. `timeoutMs`: milliseconds after which the lock is
 * taken from its holder, whose signal is aborted then. Without support by the browser it runs at once.
 */
export async function withLock<T>(
  name: string,
  work: (lost: AbortSignal) => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  const { locks } = navigator as Partial<Navigator>;
  const lost = new AbortController();
  if (!locks) return work(lost.signal);
  let began = false;
  const run = () => {
    began = true;
    return work(lost.signal);
  };
  const waiting = new AbortController();
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => waiting.abort(), timeoutMs);
  try {
    return await locks.request(name, { signal: waiting.signal }, run).catch((fault: unknown) => {
      if (began) throw fault;
      return locks.request(name, { steal: true }, run);
    });
  } catch (fault) {
    lost.abort();
    throw (fault as { name?: string }).name === 'AbortError' ? Problem.unreachable() : fault;
  } finally {
    clearTimeout(timer);
  }
}
