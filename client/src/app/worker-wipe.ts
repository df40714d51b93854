import { deleteStored } from '~/core/device-storage';

/** Longest time in milliseconds: browsers may never answer, and end a worker that shows nothing for its message. */
const WIPE_TIMEOUT_MS = 10_000;

/**
 * Signed out elsewhere, possibly with no page open: delete all personal data on this device, as far as it can be done in
 * time. The application itself stays.
 */
export async function wipeDevice(pushManager: PushManager, closeNotifications: () => Promise<void>): Promise<void> {
  const parts = [closeNotifications(), deleteStored(), unsubscribe(pushManager), deleteCaches(), deleteDatabases()];
  const timeout = new Promise((resolve) => setTimeout(resolve, WIPE_TIMEOUT_MS));
  await Promise.race([Promise.allSettled(parts), timeout]);
}

async function unsubscribe(pushManager: PushManager): Promise<void> {
  const subscription = await pushManager.getSubscription();
  await subscription?.unsubscribe();
}

async function deleteCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => !name.includes('-precache-')).map((name) => caches.delete(name)));
}

/** Those of earlier clients. */
async function deleteDatabases(): Promise<void> {
  for (const { name } of (await indexedDB.databases?.()) ?? []) if (name) indexedDB.deleteDatabase(name);
}
