import { api, type ChatMessage, type Conversation } from '~/api';
import { events } from '~/api/events';
import { onSignOut, refreshSession, session } from '~/api/session';
import { serverNow } from '~/core/server-time';
import { currentOwner, readLocal, saveLocal } from '~/core/device-storage';
import { Drafts, type DraftChange } from './drafts';
import {
  forgetContents,
  readable,
  readableConversation,
  registerDevice,
  sweepContents,
  tend,
  vault,
} from './encryption/messages';
import { filesOf, type EncryptedFile } from './encryption/payload';
import { setWaiting } from './encryption/waiting';
import { chosen, storeFiles, type Chosen } from './files/chosen';
import { localFiles } from './files/local-files';
import { uploadFile } from './files/tus';
import { Uploader } from './files/uploader';
import { Chats, LISTED, type ChatsState } from './model';
import { Outbox, type Outgoing, type OutgoingFile } from './outbox';
import { forgetUnstored, loadOutbox, saveOutbox } from './stored-outbox';
import { Typing } from './typing';

const CHATS = 'chats';
const SWEEP_MINUTES = 60;
/** Seconds after which a file without a message is removed. */
const TIDY_SECONDS = 60;
/** Seconds after which a device offers to take part in encrypted conversations, unless its user opens the chat earlier. */
const REGISTER_SECONDS = 60;
/** Sent to other tabs when the outbox has changed. */
const channel = openChannel('unificx.outbox');
const draftChannel = openChannel('unificx.drafts');

function openChannel(name: string): BroadcastChannel | undefined {
  return typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name);
}

/** The user's conversations, shared by all screens. */
export const chats = new Chats({
  list: async () => {
    const { items } = (await api.listConversations({ query: { limit: LISTED } })).data;
    return Promise.all(items.map(readableConversation));
  },
  show: async (conversation_id) =>
    readableConversation((await api.showConversation({ path: { conversation_id } })).data),
  page: async (conversation_id, cursor) => {
    const { items, next } = (await api.listMessages({ path: { conversation_id }, query: { cursor } })).data;
    return { items: await readable(items), next };
  },
  ended: () => void sweepContents(chats.state.state.conversations),
  mark: (conversation_id, read_seq, delivered_seq) =>
    api.markMessages({ path: { conversation_id }, body: { read_seq, delivered_seq } }),
  load: async () => (await readLocal(CHATS)) as ChatsState | undefined,
  save: (state) => saveLocal(currentOwner(), CHATS, state),
  off: () => void refreshSession(),
  now: serverNow,
  me: () => (session.state.state === 'in' ? session.state.me.person?.id : undefined),
});

/** Texts that were begun. */
export const drafts = new Drafts({
  load: async (conversation) => (await readLocal(`draft.${conversation}`)) as string | undefined,
  save: (conversation, text) => saveLocal(currentOwner(), `draft.${conversation}`, text),
  send: (change) => draftChannel?.postMessage(change),
});

/** Members who are writing. */
export const typing = new Typing({
  send: (conversation_id) => api.signalTyping({ path: { conversation_id } }),
  now: () => performance.now() / 1000,
  after: (seconds, work) => setTimeout(work, seconds * 1000),
});

const resumed = new Set<() => void>();
const resume = () => resumed.forEach((each) => each());

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resumed.delete(end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    resumed.add(end);
  });
}

function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? navigator.locks.request(name, work) : work();
}

/** Messages that this device has not sent yet. */
export const outbox = new Outbox({
  load: loadOutbox,
  async save(messages) {
    await saveOutbox(messages);
    channel?.postMessage('changed');
  },
  lock: withLock,
  async send(message) {
    const { conversation_id, client_id, text, reply_to, mentions, files = [] } = message;
    const attachments = files.map((each) => each.attachment ?? '');
    const body = { client_id, text, reply_to, mentions, attachments };
    const sent = message.encrypted
      ? await sendEncrypted(message)
      : (await api.sendMessage({ path: { conversation_id }, body })).data;
    await localFiles.remove(files.map((each) => each.id));
    return sent;
  },
  sent: (message) => void chats.receive(message),
  waits: (conversation) => setWaiting(conversation, true),
  pause,
});

async function sendEncrypted({ conversation_id, client_id, text, reply_to, mentions = [], files = [] }: Outgoing) {
  const payload = { text, mentions, reply_to: reply_to ?? null, files: files.map(describedFile) };
  const attachments = files.map((each) => each.attachment ?? '');
  const path = { conversation_id };
  const sent = await (
    await vault()
  ).send(conversation_id, payload, async (encrypted) => {
    const body = { client_id, encrypted, text: '', mentions: [], attachments };
    return (await api.sendMessage({ path, body })).data;
  });
  return (await readable([sent]))[0] ?? sent;
}

/** A file as members see it; the server has its encrypted bytes alone. */
function describedFile({
  attachment,
  key,
  name,
  size,
  type,
  voice,
  width,
  height,
  thumbnail,
}: OutgoingFile): EncryptedFile {
  const [category] = type.split('/');
  const media = category === 'video' || category === 'audio' ? category : 'document';
  const kind = voice ? 'voice' : width ? 'photo' : media;
  const media_type = voice ? type.replace(/^video/, 'audio').replace(/;.*/, '') : type;
  return { id: attachment ?? '', key: key ?? '', name, kind, media_type, size, width, height, thumbnail, ...voice };
}

/** Set or take back one's reaction to a message; "" for none. */
export async function reactTo({ encrypted, id: conversation_id }: Conversation, message: ChatMessage, emoji: string) {
  const path = { conversation_id, message_id: message.id };
  if (!encrypted || !emoji) return receive((await api.reactToMessage({ path, body: { emoji } })).data);
  const keys = await vault();
  const changed = await keys.send(conversation_id, { reaction: emoji, to: message.id }, async (body) => {
    return (await api.reactToMessage({ path, body: { encrypted: body } })).data;
  });
  await receive(changed);
}

/** Change the text of one's own message. */
export async function editMessage(
  { encrypted, id: conversation_id }: Conversation,
  message: ChatMessage,
  content: { text: string; mentions: string[] },
): Promise<void> {
  const path = { conversation_id, message_id: message.id };
  if (!encrypted) return chats.receive((await api.editMessage({ path, body: content })).data);
  const payload = { ...content, reply_to: message.reply_to, files: filesOf(message) };
  const changed = await (
    await vault()
  ).send(conversation_id, payload, async (body) => {
    return (await api.editMessage({ path, body: { encrypted: body } })).data;
  });
  await receive(changed);
}

/** Show a message that was sent or changed. */
async function receive(message: ChatMessage): Promise<void> {
  const { conversations } = chats.state.state;
  const isEncrypted = conversations.some(({ id, encrypted }) => encrypted && id === message.conversation_id);
  if (isEncrypted && message.state !== 'sent') await forgetContents(message.conversation_id, [message.id]);
  for (const each of await readable([message])) await chats.receive(each);
}

/** Uploads the files of these messages. */
export const uploader = new Uploader({
  waiting: () => outbox.waiting.state,
  update: (clientId, change) => outbox.update(clientId, change),
  refresh: () => outbox.refresh(),
  read: (id) => localFiles.get(id),
  upload: uploadFile,
  ready: () => void outbox.flush(),
  lock: withLock,
  pause,
});

/** Settled once all earlier messages are stored. */
let earlier: Promise<unknown> = Promise.resolve();

/**
 * Store a message with its files, after all earlier ones: files take a while. It is sent as soon as possible, once its
 * files have arrived.
 */
export function sendMessage(message: Outgoing, attached: readonly Chosen[] = []): Promise<void> {
  const owner = currentOwner();
  const stored = earlier.then(async () => {
    if (owner !== currentOwner()) return; // signed out meanwhile
    const files = await storeFiles(attached, message.encrypted ?? false);
    await outbox.add({ ...message, files });
    if (files.length > 0) void uploader.run();
  });
  earlier = stored.catch(() => undefined);
  return stored;
}

/** Send a refused message again. */
export async function retryMessage(clientId: string): Promise<void> {
  await outbox.retry(clientId);
  void uploader.run();
}

/** Remove a message that was not sent, with its files. */
export async function discardMessage({ client_id: clientId, files = [] }: Outgoing): Promise<void> {
  await outbox.discard(clientId);
  uploader.cancel(clientId);
  await localFiles.remove(files.map((each) => each.id));
}

/** Show what earlier pages have left, and send it. */
export async function openOutbox(): Promise<void> {
  await outbox.refresh();
  void uploader.run();
  await outbox.flush();
  await removeOldFiles();
  setTimeout(() => void registerDevice(), REGISTER_SECONDS * 1000);
}

/** Remove files whose messages were sent just before a page was closed. */
async function removeOldFiles(): Promise<void> {
  const stored = await localFiles.ids();
  await outbox.refresh();
  const waiting = new Set(outbox.waiting.state.flatMap(({ files = [] }) => files.map((each) => each.id)));
  const old = stored.filter((each) => !waiting.has(each));
  if (old.length === 0) return;
  await pause(TIDY_SECONDS); // another tab may be about to store their message
  await outbox.refresh();
  const still = new Set(outbox.waiting.state.flatMap(({ files = [] }) => files.map((each) => each.id)));
  await localFiles.remove(old.filter((each) => !still.has(each)));
}

channel?.addEventListener('message', () => void outbox.refresh());
draftChannel?.addEventListener('message', ({ data }) => drafts.receive(data as DraftChange));
addEventListener('online', () => resume());
/** Disappearing messages disappear within half a minute, by the clock of the server. */
setInterval(() => chats.dropExpired(), 30_000);
setInterval(() => void sweepContents(chats.state.state.conversations), SWEEP_MINUTES * 60_000);
onSignOut(() => {
  chats.clear();
  outbox.clear();
  uploader.clear();
  localFiles.clear();
  chosen.clear();
  drafts.clear();
  typing.clear();
  forgetUnstored();
  resume();
});
events.on('message.created', ({ message }) => {
  if (message.person_id) typing.stopped(message.conversation_id, message.person_id);
  void receive(message);
});
events.on('message.typing', ({ conversation_id, person_id }) => typing.receive(conversation_id, person_id));
events.on('message.changed', ({ message }) => void receive(message));
events.on('message.marks', (each) =>
  chats.marksChanged(each.conversation_id, each.person_id, each.read_seq, each.delivered_seq),
);
events.on('conversation.changed', ({ conversation_id }) => {
  void chats.conversationChanged(conversation_id);
  const found = chats.state.state.conversations.find(({ id }) => id === conversation_id);
  if (found?.encrypted) void tend(conversation_id).then(() => outbox.flush());
});
events.onConnected(() => {
  resume();
  void chats.refresh();
  void outbox.flush();
  void uploader.run();
});
