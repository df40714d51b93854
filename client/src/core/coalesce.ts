/**
 * Coalesce calls of an asynchronous task: one run at a time, and calls made during a run share one more run after it.
 */
export function coalesce(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;
  const run = async () => {
    do {
      again = false;
      await task();
    } while (again);
  };
  return () => {
    again = running !== undefined;
    running ??= run().finally(() => (running = undefined));
    return running;
  };
}
