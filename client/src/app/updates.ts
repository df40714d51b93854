import { createStore } from '~/kernel/store';

/** A newer client is here and waits; `apply` loads it. It is never done unasked: a call may be going on. */
export const update = createStore<{ apply?: () => void }>({});

export function watchForUpdates(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  void (async () => {
    const { Workbox } = await import('workbox-window');
    const workbox = new Workbox('/app/sw.js', { scope: '/app/' });
    workbox.addEventListener('waiting', () => {
      update.setState(() => ({
        apply: () => {
          workbox.addEventListener('controlling', () => location.reload());
          workbox.messageSkipWaiting();
        },
      }));
    });
    await workbox.register();
  })().catch(() => undefined); // Without a worker there is no push and no quick start, but all else works.
}
