import { api, type ChatMessage, type Conversation } from '~/api';
import { onSignOut, session } from '~/api/session';
import { currentOwner, readAllLocal, readLocal, readStored, saveLocal, storeTogether } from '~/core/device-storage';
import { asProblem } from '~/core/problem';
import { serverNow } from '~/core/server-time';
import { DEVICE_WAITS } from '../outbox';
import type { Vault } from './vault';
import { setWaiting, waitingDevices } from './waiting';

/** Milliseconds within which devices that are all told of a change begin to take part in it. */
const SPREAD = 2_000;

/** Hours after which the device asks again which messages have ended. */
const SWEEP_HOURS = 24;
const SWEPT = 'mls.swept';

let loading: Promise<Vault> | undefined;
/** Number of the newest change that was read in this page, by conversation. */
const caughtUp = new Map<string, number>();

function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? navigator.locks.request(name, work) : work();
}

/** The keys of this device; loaded with the first encrypted conversation. */
export function vault(): Promise<Vault> {
  const owner = currentOwner();
  loading ??= import('./vault')
    .then(({ Vault: Loaded }) => new Loaded({ ...dependencies, store: (entries) => storeTogether(owner, entries) }))
    .catch((fault: unknown) => {
      loading = undefined;
      throw fault;
    });
  return loading;
}

// Keys of a former user are not stored again.
onSignOut(() => {
  loading = undefined;
  caughtUp.clear();
  waitingDevices.setState(() => new Set<string>());
});

const dependencies: Omit<ConstructorParameters<typeof Vault>[0], 'store'> = {
  me: () => (session.state.state === 'in' ? session.state.me.person?.id : undefined),
  read: readStored,
  readAll: readAllLocal,
  lock: withLock,
  register: (id, key_packages, last_resort) => api.registerChatDevice({ body: { id, key_packages, last_resort } }),
  group: async (conversation_id, after) =>
    (await api.showEncryptionGroup({ path: { conversation_id }, query: { after } })).data,
  claim: async (conversation_id, device_ids) =>
    (await api.claimKeyPackages({ path: { conversation_id }, body: { device_ids } })).data.items,
  change: async (conversation_id, body) =>
    (await api.changeEncryptionGroup({ path: { conversation_id }, body })).data.round,
  leave: (conversation_id) => api.leaveEncryptionGroup({ path: { conversation_id } }),
  since: async (conversation_id, since) =>
    (await api.listMessages({ path: { conversation_id }, query: { since, limit: 100 } })).data,
};

/** Let others begin encrypted conversations with this device. */
export async function registerDevice(): Promise<void> {
  if ((await readLocal('mls.device')) !== undefined) return;
  // Tried again with the next start.
  await vault()
    .then((each) => each.register())
    .catch(() => undefined);
}

/** Take part in changes of the devices of an encrypted conversation. */
export async function tend(conversation: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * SPREAD));
  try {
    await (await vault()).tend(conversation);
    setWaiting(conversation, false);
  } catch (fault) {
    if (asProblem(fault).code === DEVICE_WAITS) setWaiting(conversation, true);
  }
}

/** Messages with the texts that this device can decrypt. Others stay without text. */
export async function readable(messages: ChatMessage[]): Promise<ChatMessage[]> {
  const conversation = messages.find(({ encrypted }) => encrypted)?.conversation_id;
  if (!conversation) return messages;
  try {
    return await (await vault()).open(conversation, messages);
  } catch {
    return messages; // without a network; opened with the next page
  }
}

/** A conversation whose newest message is readable. Changes in it are read, and deleted messages leave the device. */
export async function readableConversation(conversation: Conversation): Promise<Conversation> {
  const { id, last_seq: last, encrypted } = conversation;
  if (encrypted && (caughtUp.get(id) ?? 0) < last) {
    caughtUp.set(id, last);
    await vault()
      .then((each) => each.catchUp(id))
      .catch(() => caughtUp.delete(id));
  }
  if (!conversation.newest?.encrypted) return conversation;
  const [newest] = await readable([conversation.newest]);
  return { ...conversation, newest: newest ?? null };
}

/** Delete what this device has read of messages that were deleted. */
export async function forgetContents(conversation: string, ids: readonly string[]): Promise<void> {
  await vault()
    .then((each) => each.forget(conversation, ids))
    .catch(() => undefined);
}

/**
 * Delete what this device has read of messages that have ended: of disappearing ones by the clock of the server, of others
 * once a day as the server says.
 */
export async function sweepContents(conversations: readonly Conversation[]): Promise<void> {
  const encrypted = conversations.filter((each) => each.encrypted);
  if (encrypted.length === 0) return;
  const keys = await vault();
  const now = Date.now();
  await keys.sweep(new Date(serverNow()).toISOString()).catch(() => undefined);
  const swept = Number((await readLocal(SWEPT)) ?? 0);
  if (now - swept < SWEEP_HOURS * 3_600_000) return;
  await saveLocal(currentOwner(), SWEPT, now);
  for (const { id } of encrypted) await keys.catchUp(id).catch(() => undefined);
}
