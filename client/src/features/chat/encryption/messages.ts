import { api, type ChatMessage, type Conversation } from '~/api';
import { onSignOut, session } from '~/api/session';
import { currentOwner, readLocal, storeTogether } from '~/core/device-storage';
import type { Vault } from './vault';

/** Milliseconds within which devices that are all told of a change begin to take part in it. */
const SPREAD = 2_000;

let loading: Promise<Vault> | undefined;

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
onSignOut(() => (loading = undefined));

const dependencies: Omit<ConstructorParameters<typeof Vault>[0], 'store'> = {
  me: () => (session.state.state === 'in' ? session.state.me.person?.id : undefined),
  read: readLocal,
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
  await vault()
    .then((each) => each.tend(conversation))
    .catch(() => undefined);
}

/** Messages with the texts that this device can decrypt. Others stay without text. */
export async function readable(messages: ChatMessage[]): Promise<ChatMessage[]> {
  const sealed = messages.filter(({ encrypted }) => encrypted);
  const conversation = sealed[0]?.conversation_id;
  if (!conversation) return messages;
  try {
    const payloads = await (await vault()).open(conversation, sealed);
    return messages.map((each) => ({ ...each, ...payloads.get(each.id) }));
  } catch {
    return messages; // without a network; opened with the next page
  }
}

/** A conversation whose newest message is readable. */
export async function readableConversation(conversation: Conversation): Promise<Conversation> {
  if (!conversation.newest?.encrypted) return conversation;
  const [newest] = await readable([conversation.newest]);
  return { ...conversation, newest: newest ?? null };
}

/** Delete the texts of messages that have ended from this device. */
export async function forgetContents(messages: readonly ChatMessage[]): Promise<void> {
  const sealed = messages.filter(({ encrypted }) => encrypted);
  if (sealed.length === 0) return;
  const keys = await vault();
  for (const each of sealed) await keys.forget(each.conversation_id, [each]).catch(() => undefined);
}
