import { update } from '~/kernel/update';

/** A client that is kept open for days looks once an hour whether there is a newer one. */
const LOOK_EVERY_MS = 3_600_000;

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
    setInterval(() => void workbox.update().catch(() => undefined), LOOK_EVERY_MS);
  })().catch(() => undefined); // Without a worker there is no push and no quick start, but all else works.
}
