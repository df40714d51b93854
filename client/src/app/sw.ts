import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import type { FromWorker } from '~/api/worker';
import { languageOf } from '~/kernel/languages';
import { notificationFor, pressed, readPush, tagOf, type Pushed } from './pushed';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] };

cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST);
registerRoute(new NavigationRoute(createHandlerBoundToURL('/app/index.html'), { allowlist: [/^\/app(\/|$)/] }));

self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});

self.addEventListener('push', (event) => {
  const pushed = readPush(event.data?.text() ?? '');
  if (pushed) event.waitUntil(handle(pushed));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(press(event.action, event.notification.data));
});

self.addEventListener('pushsubscriptionchange', (event) => {
  const { newSubscription, oldSubscription } = event as Event & {
    newSubscription?: PushSubscription | null;
    oldSubscription?: PushSubscription | null;
  };
  (event as ExtendableEvent).waitUntil(renew(newSubscription, oldSubscription));
});

/** A call rings no longer than so, even if its end is never told. */
const RINGS_MS = 60_000;
/** Calls that are over: the word of that may come before the word that they began. */
const over = new Set<string>();

async function handle(pushed: Pushed): Promise<void> {
  switch (pushed.type) {
    case 'call':
      return rings(pushed);
    case 'stop':
      return stops(pushed);
    case 'test':
      await Promise.all([show(pushed), acknowledge(pushed.id), tell({ type: 'push_seen', id: pushed.id })]);
      return;
    case 'signed_out':
      await Promise.all([wipe(), tell({ type: 'signed_out' })]);
      return show(pushed);
    case 'notice':
      return show(pushed);
  }
}

async function rings(pushed: Extract<Pushed, { call: string }>): Promise<void> {
  const { call } = pushed;
  if (over.has(call)) return silence({ type: 'stop', call });
  // Who looks at the client sees it ring there.
  if (looked(await tell({ type: 'call', call }))) return;
  await show(pushed);
  await new Promise((resolve) => setTimeout(resolve, RINGS_MS));
  if (!over.has(call)) await silence({ type: 'stop', call });
}

async function stops(pushed: Extract<Pushed, { call: string }>): Promise<void> {
  over.add(pushed.call);
  const inSight = looked(await tell({ type: 'stop', call: pushed.call }));
  await silence(pushed, inSight);
}

function looked(at: readonly WindowClient[]): boolean {
  return at.some((page) => page.focused && page.visibilityState === 'visible');
}

/** Browsers take the right to push away from who shows nothing: what rang is replaced without a sound, then taken down. */
async function silence(pushed: Extract<Pushed, { call: string }>, inSight = false): Promise<void> {
  if (!inSight) await show(pushed);
  const shown = await self.registration.getNotifications({ tag: tagOf(pushed.call) });
  shown.forEach((each) => each.close());
}

async function show(pushed: Pushed): Promise<void> {
  const buttons = (Notification as { maxActions?: number }).maxActions ?? 0;
  const { title, options } = notificationFor(pushed, languageOf('auto', self.navigator.languages), buttons);
  await self.registration.showNotification(title, options).catch(() => undefined); // Not allowed any more.
}

async function pages(): Promise<readonly WindowClient[]> {
  const all = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return all.filter((each) => new URL(each.url).pathname.startsWith('/app'));
}

async function tell(what: FromWorker): Promise<readonly WindowClient[]> {
  const all = await pages();
  all.forEach((page) => page.postMessage(what));
  return all;
}

async function press(action: string, data: unknown): Promise<void> {
  const { decline: call, open, tell: what } = pressed(action, data);
  if (call) return decline(call);
  // All of them: one tab holds the line.
  const all = what ? await tell(what) : await pages();
  if (!open) return;
  const page = all.find((each) => each.visibilityState === 'visible') ?? all[0];
  if (!page) {
    await self.clients.openWindow(open);
    return;
  }
  // Without a real press there is no right to come to the front; the page answers all the same.
  await page.focus().catch(() => undefined);
}

/** The server ends the ringing, on every device. One that is not reached leaves it to a telephone that rings here. */
async function decline(call: string): Promise<void> {
  over.add(call);
  const told = await ask(`/api/v1/me/calls/${call}/decline`, { method: 'POST' }).catch(() => undefined);
  if (!told || told.status >= 500) await tell({ type: 'decline', call });
}

/** A request in the session, renewed if it has run out meanwhile. */
async function ask(path: string, how: RequestInit): Promise<Response> {
  const answer = await fetch(path, how);
  if (answer.status !== 401) return answer;
  const renewed = await self.navigator.locks.request('unificx.refresh', () =>
    fetch('/api/v1/sessions/refresh', json('POST', {})),
  );
  return renewed.ok ? fetch(path, how) : answer;
}

function json(method: string, body: unknown): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

async function acknowledge(id: string): Promise<void> {
  await ask(`/api/v1/me/push/test/${id}/seen`, { method: 'POST' }).catch(() => undefined);
}

/** The push service gave the subscription another address: the server is told. */
async function renew(fresh?: PushSubscription | null, old?: PushSubscription | null): Promise<void> {
  const { pushManager } = self.registration;
  const again = fresh ?? (old && (await pushManager.subscribe(old.options).catch(() => undefined)));
  if (!again) return;
  const { endpoint, keys } = again.toJSON();
  await ask('/api/v1/me/push', json('PUT', { endpoint, keys })).catch(() => undefined);
}

/** Signed out from elsewhere, maybe with no page open: everything personal goes from this device. The program itself stays. */
async function wipe(): Promise<void> {
  const shown = await self.registration.getNotifications();
  shown.forEach((each) => each.close());
  const subscription = await self.registration.pushManager.getSubscription().catch(() => null);
  await subscription?.unsubscribe().catch(() => false);
  const names = await caches.keys();
  await Promise.all(names.filter((name) => !name.includes('-precache-')).map((name) => caches.delete(name)));
  const databases = (await indexedDB.databases?.()) ?? [{ name: 'unificx' }];
  await Promise.all(databases.map(({ name }) => name && deleted(name)));
}

function deleted(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    // Blocked: a page has it open. It closes it as it hears of the sign-out, and the deletion goes on then.
    request.onsuccess = request.onerror = () => resolve();
  });
}
