/**
 * How to ask anew, of how to ask: one question at a time, and whoever asks while an answer is awaited gets one that was
 * asked for after that.
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
