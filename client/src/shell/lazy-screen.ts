import { lazyRouteComponent } from '@tanstack/react-router';

/**
 * A screen of the client, loaded when it is gone to. If that fails, `Failed` says so: the router would load everything
 * anew, in a call too.
 */
export function lazyScreen<T extends Record<string, unknown>>(load: () => Promise<T>) {
  return lazyRouteComponent<T>(() =>
    load().catch((fault: unknown) => {
      throw new Error('A screen could not be loaded.', { cause: fault });
    }),
  );
}
