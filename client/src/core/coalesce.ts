/**
 * Coalesce calls of an asynchronous task: one run at a time, and calls made during a run share one more run after it,
 * also if the run fails. Rejects with the error of the last run.
 */
export function coalesce(task: () => Promise<void>): () => Promise<void> {
  let result = Promise.resolve();
  let running = false;
  let again = false;
  const run = async () => {
    running = true;
    try {
      while (again) {
        again = false;
        try {
          await task();
        } catch (fault) {
          if (!again) throw fault;
        }
      }
    } finally {
      running = false; // at once: a call from now on needs another run
    }
  };
  return () => {
    again = true;
    if (!running) result = run();
    return result;
  };
}
