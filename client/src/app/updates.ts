import type { Store } from '~/core/store';
import { update } from '~/core/update';

/** A client that is kept open for days looks once an hour whether there is a newer one. */
const CHECK_INTERVAL_MS = 3_600_000;

export function watchForUpdates(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  onWorkerReplaced(navigator.serviceWorker, () => {
    // It is here where it is used, or it could not be loaded any more and so there is no call.
    const calls = import('~/sip').then(
      ({ phone }) => phone.state,
      () => undefined,
    );
    void calls.then((each) => whenNoCalls(each, () => location.reload()));
  });
  void (async () => {
    const { Workbox } = await import('workbox-window');
    const workbox = new Workbox('/app/sw.js', { scope: '/app/' });
    workbox.addEventListener('waiting', () => {
      update.setState(() => ({ apply: () => workbox.messageSkipWaiting() }));
    });
    await workbox.register();
    setInterval(() => void workbox.update().catch(() => undefined), CHECK_INTERVAL_MS);
  })().catch(() => undefined); // Without a worker there is no push and no quick start, but all else works.
}

/** Hear that a newer worker has taken the place of the one this page came from, whichever tab wanted that. */
export function onWorkerReplaced(
  workers: Pick<ServiceWorkerContainer, 'controller' | 'addEventListener'>,
  onReplaced: () => void,
): void {
  let before = workers.controller;
  workers.addEventListener('controllerchange', () => {
    if (before) onReplaced();
    before = workers.controller;
  });
}

/** Do it at once, or when no call goes on here any more. */
export function whenNoCalls(
  phone: Pick<Store<{ calls: unknown[] }>, 'state' | 'subscribe'> | undefined,
  task: () => void,
) {
  if (!phone?.state.calls.length) return task();
  const { unsubscribe } = phone.subscribe(({ calls }) => {
    if (calls.length > 0) return;
    unsubscribe();
    task();
  });
}
