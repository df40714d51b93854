/**
 * How to ask anew, of how to ask: one question at a time, and whoever asks while an answer is awaited gets one that was
 * asked for after that.
 */
export function untilQuiet(ask: () => Promise<void>): () => Promise<void> {
  let asking: Promise<void> | undefined;
  let again = false;
  const run = async () => {
    do {
      again = false;
      await ask();
    } while (again);
  };
  return () => {
    again = asking !== undefined;
    asking ??= run().finally(() => (asking = undefined));
    return asking;
  };
}
