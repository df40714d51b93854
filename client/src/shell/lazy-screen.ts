import { lazyRouteComponent } from '@tanstack/react-router';
import { loadPersistently } from '~/core/persistent-load';

/** Loads a screen that could not be loaded; the router keeps a failure until then. */
type Retry = () => Promise<void>;

const failed = new Set<Retry>();

/** A lazily loaded screen. On failure `ErrorPage` is shown: the router would reload the page, even during a call. */
export function lazyScreen<T extends Record<string, unknown>>(load: () => Promise<T>) {
  return screenOf(load, () => Promise.resolve(false));
}

/**
 * The same where there are no calls: the router reloads the page once, as an update may have removed the screen. Without
 * an answer of the server it would leave a page of the browser instead.
 */
export function reloadingScreen<T extends Record<string, unknown>>(load: () => Promise<T>) {
  return screenOf(load, serverAnswers);
}

function screenOf<T extends Record<string, unknown>>(load: () => Promise<T>, reloads: () => Promise<boolean>) {
  const retry: Retry = async () => screen.preload?.();
  const screen = lazyRouteComponent<T>(async () => {
    try {
      const loaded = await loadPersistently(load);
      failed.delete(retry);
      return loaded;
    } catch (fault) {
      if (await reloads()) throw fault;
      failed.add(retry);
      throw new Error('Failed to load the screen.', { cause: fault });
    }
  });
  return screen;
}

function serverAnswers(): Promise<boolean> {
  return fetch('/healthz', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Load the screens again that could not be loaded. */
export async function loadFailedScreens(): Promise<void> {
  await Promise.all([...failed].map((retry) => retry()));
}
