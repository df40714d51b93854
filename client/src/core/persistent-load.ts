/** Pauses before the further tries, in milliseconds. */
const PAUSES_MS = [500, 2_000];

/**
 * Load a part of the program by `import()`, with a few tries. Browsers of 2026 fetch a module that failed again
 * (https://github.com/whatwg/html/pull/10327); in older ones a failure remains until the page is loaded again.
 */
export async function loadPersistently<T>(load: () => Promise<T>, pauses: readonly number[] = PAUSES_MS): Promise<T> {
  for (const pause of pauses) {
    try {
      return await load();
    } catch (fault) {
      removeFailedStyles(fault);
      await networkOrPause(pause);
    }
  }
  return load();
}

/** Vite loads the styles of a part by a `link` element, and takes one that is in the page for loaded. */
function removeFailedStyles(fault: unknown): void {
  const message = fault instanceof Error ? fault.message : '';
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]'))
    if (message.endsWith(link.href)) link.remove();
}

/** Wait for the pause, or until the network is back. */
function networkOrPause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener('online', done);
  });
}
