import { onSignOut } from '~/api/session';
import { currentOwner, readLocal, saveLocal } from '~/core/device-storage';
import { createStore } from '~/core/store';

const STORAGE_KEY = 'calls.seen';
/** Tells other tabs that the list was looked at. */
const CHANNEL = 'unificx.calls-seen';

/**
 * When the list of calls was last looked at on this device; undefined until read. On a device that never showed it, the
 * moment of the first start: earlier missed calls are not announced again.
 */
export const lastSeen = createStore<Date | undefined>(undefined);

const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(CHANNEL);
channel?.addEventListener('message', ({ data }) => setSeen(new Date(String(data))));

function setSeen(moment: Date): void {
  lastSeen.setState((before) => (before && before >= moment ? before : moment));
}

let restoring: Promise<void> | undefined;

/** Read when the list was last looked at. Idempotent. */
export function restoreSeen(): Promise<void> {
  restoring ??= (async () => {
    const owner = currentOwner();
    const stored = await readLocal(STORAGE_KEY);
    if (owner !== currentOwner()) return;
    if (typeof stored === 'string') return setSeen(new Date(stored));
    await markSeen();
  })();
  return restoring;
}

/** The list of calls is being looked at. */
export async function markSeen(now = new Date()): Promise<void> {
  setSeen(now);
  channel?.postMessage(now.toISOString());
  await saveLocal(currentOwner(), STORAGE_KEY, now.toISOString());
}

onSignOut(() => {
  restoring = undefined;
  lastSeen.setState(() => undefined);
});
