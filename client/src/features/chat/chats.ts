import { api } from '~/api';
import { events } from '~/api/events';
import { onSignOut, refreshSession, session } from '~/api/session';
import { currentOwner, readLocal, saveLocal } from '~/core/device-storage';
import { Drafts, type DraftChange } from './drafts';
import { Chats, LISTED, type ChatsState } from './model';
import { Outbox, OUTBOX, type Outgoing } from './outbox';
import { Typing } from './typing';

const CHATS = 'chats';
/** Sent to other tabs when the outbox has changed. */
const channel = openChannel('unificx.outbox');
const draftChannel = openChannel('unificx.drafts');

function openChannel(name: string): BroadcastChannel | undefined {
  return typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name);
}

/** The user's conversations, shared by all screens. */
export const chats = new Chats({
  list: async () => (await api.listConversations({ query: { limit: LISTED } })).data.items,
  show: async (conversation_id) => (await api.showConversation({ path: { conversation_id } })).data,
  page: async (conversation_id, cursor) =>
    (await api.listMessages({ path: { conversation_id }, query: { cursor } })).data,
  mark: (conversation_id, read_seq, delivered_seq) =>
    api.markMessages({ path: { conversation_id }, body: { read_seq, delivered_seq } }),
  load: async () => (await readLocal(CHATS)) as ChatsState | undefined,
  save: (state) => saveLocal(currentOwner(), CHATS, state),
  off: () => void refreshSession(),
  now: () => Date.now(),
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

/** Takes the place of the storage on a device that has none. */
let unstored: Outgoing[] = [];
let resume = (): void => undefined;

/** Messages that this device has not sent yet. */
export const outbox = new Outbox({
  load: async () => ((await readLocal(OUTBOX)) ?? unstored) as Outgoing[],
  async save(messages) {
    unstored = messages;
    await saveLocal(currentOwner(), OUTBOX, messages);
    channel?.postMessage('changed');
  },
  lock: (name, work) => ('locks' in navigator ? navigator.locks.request(name, work) : work()),
  send: async ({ conversation_id, client_id, text, reply_to, mentions }) =>
    (await api.sendMessage({ path: { conversation_id }, body: { client_id, text, reply_to, mentions } })).data,
  sent: (message) => void chats.receive(message),
  pause: (seconds) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      resume = () => {
        clearTimeout(timer);
        resolve();
      };
    }),
});

channel?.addEventListener('message', () => void outbox.refresh());
draftChannel?.addEventListener('message', ({ data }) => drafts.receive(data as DraftChange));
addEventListener('online', () => resume());
/** Disappearing messages disappear within half a minute. */
setInterval(() => chats.dropExpired(), 30_000);
onSignOut(() => {
  chats.clear();
  outbox.clear();
  drafts.clear();
  typing.clear();
  unstored = [];
  resume();
});
events.on('message.created', ({ message }) => {
  if (message.person_id) typing.stopped(message.conversation_id, message.person_id);
  void chats.receive(message);
});
events.on('message.typing', ({ conversation_id, person_id }) => typing.receive(conversation_id, person_id));
events.on('message.changed', ({ message }) => void chats.receive(message));
events.on('message.marks', (each) =>
  chats.marksChanged(each.conversation_id, each.person_id, each.read_seq, each.delivered_seq),
);
events.on('conversation.changed', ({ conversation_id }) => void chats.conversationChanged(conversation_id));
events.onConnected(() => {
  resume();
  void chats.refresh();
  void outbox.flush();
});
