import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import type { WorkerMessage } from '~/api/worker';
import { resolveLanguage } from '~/core/languages';
import { notificationFor, clickAction, parsePush, callTag, type PushMessage } from './push-message';
import { createSequence } from './sequence';
import { fetchWithSession, jsonRequest } from './worker-requests';
import { wipeDevice } from './worker-wipe';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] };

cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST);
registerRoute(new NavigationRoute(createHandlerBoundToURL('/app/index.html'), { allowlist: [/^\/app(\/|$)/] }));

self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});

self.addEventListener('push', (event) => {
  const message = parsePush(event.data?.text() ?? '');
  if (message) event.waitUntil(handle(message));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(handleClick(event.action, event.notification.data));
});

self.addEventListener('pushsubscriptionchange', (event) => {
  const { newSubscription, oldSubscription } = event as Event & {
    newSubscription?: PushSubscription | null;
    oldSubscription?: PushSubscription | null;
  };
  (event as ExtendableEvent).waitUntil(renewSubscription(newSubscription, oldSubscription));
});

/** A call notification stays no longer than this, even if its end is never reported. */
const RING_TIMEOUT_MS = 60_000;
/** Ended calls: the end may arrive before the start. */
const endedCalls = new Set<string>();
/** Chromium forgets a notification, and clicks on it, if notifications are listed while it is being shown. */
const inSequence = createSequence();

async function handle(message: PushMessage): Promise<void> {
  switch (message.type) {
    case 'call':
      return handleCall(message);
    case 'stop':
      return handleStop(message);
    case 'test':
      await Promise.all([show(message), acknowledge(message.id), broadcast({ type: 'push_seen', id: message.id })]);
      return;
    case 'signed_out':
      await broadcast({ type: 'signed_out' });
      await wipeDevice(self.registration.pushManager, closeNotifications);
      return show(message);
    case 'notice':
    case 'message':
      return show(message);
  }
}

async function handleCall(message: Extract<PushMessage, { call: string }>): Promise<void> {
  const { call } = message;
  if (endedCalls.has(call)) return closeCallNotification({ type: 'stop', call });
  // A visible page shows the incoming call itself.
  if (isVisible(await broadcast({ type: 'call', call }))) return;
  await show(message);
  await new Promise((resolve) => setTimeout(resolve, RING_TIMEOUT_MS));
  if (!endedCalls.has(call)) await closeCallNotification({ type: 'stop', call });
}

async function handleStop(message: Extract<PushMessage, { call: string }>): Promise<void> {
  endedCalls.add(message.call);
  const visible = isVisible(await broadcast({ type: 'stop', call: message.call }));
  await closeCallNotification(message, visible);
}

function isVisible(at: readonly WindowClient[]): boolean {
  return at.some((page) => page.focused && page.visibilityState === 'visible');
}

/**
 * Browsers revoke push permission from workers that show nothing: replace the ringing notification silently, then close
 * it.
 */
async function closeCallNotification(message: Extract<PushMessage, { call: string }>, visible = false): Promise<void> {
  if (!visible) await show(message);
  await closeNotifications({ tag: callTag(message.call) });
}

async function closeNotifications(filter?: GetNotificationOptions): Promise<void> {
  const shown = await inSequence(() => self.registration.getNotifications(filter));
  shown.forEach((each) => each.close());
}

async function show(message: PushMessage): Promise<void> {
  const buttons = (Notification as { maxActions?: number }).maxActions ?? 0;
  const { title, options } = notificationFor(message, resolveLanguage('auto', self.navigator.languages), buttons);
  const shown = inSequence(() => self.registration.showNotification(title, options));
  await shown.catch(() => undefined); // Permission was revoked.
}

async function appPages(): Promise<readonly WindowClient[]> {
  const all = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return all.filter((each) => new URL(each.url).pathname.startsWith('/app'));
}

async function broadcast(message: WorkerMessage): Promise<readonly WindowClient[]> {
  const targets = await appPages();
  targets.forEach((page) => page.postMessage(message));
  return targets;
}

async function handleClick(action: string, data: unknown): Promise<void> {
  const { decline: call, open, notify: message, show: destination } = clickAction(action, data);
  if (call) return decline(call);
  // All pages, because only one tab holds the SIP connection.
  const targets = message ? await broadcast(message) : await appPages();
  if (!open) return;
  const visible = targets.filter((each) => each.visibilityState === 'visible');
  const page = visible.find((each) => each.focused) ?? visible[0] ?? targets[0];
  if (!page) {
    await self.clients.openWindow(open);
    return;
  }
  if (destination) page.postMessage(destination);
  // Without a real click there is no right to focus; the page answers anyway.
  await page.focus().catch(() => undefined);
}

/** Decline on the server, which stops ringing on all devices. If that fails, let a page that is ringing decline. */
async function decline(call: string): Promise<void> {
  endedCalls.add(call);
  const response = await fetchWithSession(`/api/v1/me/calls/${call}/decline`, { method: 'POST' }).catch(
    () => undefined,
  );
  if (!response?.ok) await broadcast({ type: 'decline', call });
}

async function acknowledge(id: string): Promise<void> {
  await fetchWithSession(`/api/v1/me/push/test/${id}/seen`, { method: 'POST' }).catch(() => undefined);
}

/** The push service changed the subscription: register the new endpoint. */
async function renewSubscription(current?: PushSubscription | null, previous?: PushSubscription | null): Promise<void> {
  const { pushManager } = self.registration;
  const subscription = current ?? (previous && (await pushManager.subscribe(previous.options).catch(() => undefined)));
  if (!subscription) return;
  const { endpoint, keys } = subscription.toJSON();
  await fetchWithSession('/api/v1/me/push', jsonRequest('PUT', { endpoint, keys })).catch(() => undefined);
}
