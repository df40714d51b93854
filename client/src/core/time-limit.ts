import { Problem } from './problem';

/** Milliseconds until the headers of a response arrive; then the server counts as unreachable. */
const ANSWER_LIMIT_MS = 60_000;

/** Run work whose signal is aborted with the outer one, and when its time is over. */
export async function inTime<T>(
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  milliseconds = ANSWER_LIMIT_MS,
): Promise<T> {
  const limit = new AbortController();
  const cancel = () => limit.abort(outer.reason);
  if (outer.aborted) cancel();
  else outer.addEventListener('abort', cancel);
  const timer = setTimeout(() => limit.abort(Problem.unreachable()), milliseconds);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
  }
}
