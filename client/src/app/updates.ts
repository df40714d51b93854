import { Workbox } from 'workbox-window';
import type { Store } from '~/core/store';
import { update } from '~/core/update';

/** Interval of update checks for clients that stay open for days. */
const CHECK_INTERVAL_MS = 3_600_000;
/** Time for the history entries of an ended call to go: a step back would cancel the reload. */
const RELOAD_DELAY_MS = 500;

export function watchForUpdates(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  onWorkerReplaced(navigator.serviceWorker, () => {
    // The chunk is loaded while in use; if it cannot be loaded any more, there is no call.
    const calls = import('~/sip').then(
      ({ phone }) => phone.state,
      () => undefined,
    );
    const reload = () => void setTimeout(() => location.reload(), RELOAD_DELAY_MS);
    void calls.then((each) => whenNoCalls(each, reload));
  });
  void (async () => {
    const workbox = new Workbox('/app/sw.js', { scope: '/app/' });
    workbox.addEventListener('waiting', () => {
      update.setState(() => ({ apply: () => workbox.messageSkipWaiting() }));
    });
    await workbox.register();
    setInterval(() => void workbox.update().catch(() => undefined), CHECK_INTERVAL_MS);
  })().catch(() => undefined); // Without a service worker there is no push and no precache; everything else works.
}

/** Call back when a newer service worker has taken control of this page, requested by any tab. */
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

/** Run the task now, or when no calls remain. */
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
