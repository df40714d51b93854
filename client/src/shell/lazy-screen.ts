import { lazyRouteComponent } from '@tanstack/react-router';

/** A lazily loaded screen. On failure `ErrorPage` is shown: the router would reload the page, even during a call. */
export function lazyScreen<T extends Record<string, unknown>>(load: () => Promise<T>) {
  return lazyRouteComponent<T>(() =>
    load().catch((fault: unknown) => {
      throw new Error('Failed to load the screen.', { cause: fault });
    }),
  );
}
