import { onWorkerMessage } from '~/api/worker';

interface LaunchQueue {
  setConsumer(consumer: (launch: { targetURL?: string }) => void): void;
}

/**
 * Open what a shortcut or a link launches in this window: the manifest asks for that, since a second window could not
 * ring and a reload would end a call. Links with a secret in the fragment are read when a page starts.
 */
export function handleLaunches(open: (path: string) => void): void {
  const { launchQueue } = window as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ targetURL }) => {
    if (!targetURL) return;
    const target = new URL(targetURL);
    if (target.href === location.href) return;
    if (target.hash) location.assign(target);
    else open(`${target.pathname}${target.search}`);
  });
}

/** Open the page of a notification that was clicked. Returns the function that stops that. */
export function handleNotificationLinks(open: (path: string) => void): () => void {
  return onWorkerMessage((message) => {
    if (message.type !== 'open' || !URL.canParse(message.path, location.origin)) return;
    const { href, origin, pathname, search } = new URL(message.path, location.origin);
    if (origin === location.origin && pathname.startsWith('/app/') && href !== location.href) open(pathname + search);
  });
}
