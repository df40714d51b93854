import type { ChatMessage, Conversation } from '~/api';
import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';

/** Messages of one conversation as far as they are loaded, oldest first. */
export interface Thread {
  messages: ChatMessage[];
  /** Of the next older page; null: these are all. */
  cursor: string | null;
  loading: boolean;
  fault?: Problem;
  /** Messages before those above that have changed since the thread was opened. */
  outside?: ChatMessage[];
}

export interface ChatsState {
  /** With the newest message first. */
  conversations: Conversation[];
  source: 'none' | 'cache' | 'server';
  fault?: Problem;
  threads: Readonly<Record<string, Thread>>;
}

export interface ChatsDependencies {
  list(): Promise<Conversation[]>;
  show(conversation: string): Promise<Conversation>;
  page(conversation: string, cursor?: string): Promise<{ items: ChatMessage[]; next: string | null }>;
  /** Report what has reached this device, and what was read. */
  mark(conversation: string, readSeq: number, deliveredSeq: number): Promise<unknown>;
  load(): Promise<Pick<ChatsState, 'conversations' | 'threads'> | undefined>;
  save(state: Pick<ChatsState, 'conversations' | 'threads'>): Promise<void>;
  /** These messages have ended. */
  ended?(messages: ChatMessage[]): void;
  /** The user's id. */
  me(): string | undefined;
  /** The organisation has switched chat off. */
  off(): void;
  /** Time in ms. */
  now(): number;
}

const EMPTY: ChatsState = { conversations: [], source: 'none', threads: {} };
export const EMPTY_THREAD: Thread = { messages: [], cursor: null, loading: true };
/** Newest messages of each conversation that are stored on the device. */
const STORED = 100;
/** Conversations that are fetched. */
export const LISTED = 100;
/** Older pages that are loaded to show a message. */
const MAX_PAGES = 40;
const MAX_OUTSIDE = 50;

/** Messages in order, those of `more` in place of earlier versions of them. */
export function merged(messages: readonly ChatMessage[], more: readonly ChatMessage[]): ChatMessage[] {
  const byId = new Map(messages.map((each) => [each.id, each]));
  for (const each of more) {
    if ((byId.get(each.id)?.revision ?? -1) <= each.revision) byId.set(each.id, each);
  }
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

/** Number of unread messages for the badge. Those of muted conversations are only counted in the list. */
export function unreadCount(conversations: readonly Conversation[]): number {
  return conversations.reduce((sum, each) => sum + (each.muted ? 0 : each.unread), 0);
}

/** Conversations and their messages: from the device first, then from the server and its events. */
export class Chats {
  readonly state = createStore<ChatsState>(EMPTY);
  private generation = 0;
  private listing?: Promise<void>;

  constructor(private readonly dependencies: ChatsDependencies) {}

  /** Show what is stored on the device, then refresh. */
  async open(): Promise<void> {
    const { generation } = this;
    if (this.state.state.source === 'none') {
      const stored = await this.dependencies.load();
      if (generation !== this.generation) return;
      if (stored && this.state.state.source === 'none') this.set({ ...stored, source: 'cache' });
      this.dropExpired();
    }
    await this.refresh();
  }

  /** Fetch the list, and what has changed in the threads that are open. */
  async refresh(): Promise<void> {
    this.listing ??= this.fetchList().finally(() => (this.listing = undefined));
    await this.listing;
    await Promise.all(Object.keys(this.state.state.threads).map((each) => this.openThread(each)));
  }

  /** Load a conversation with all of its members, and its newest messages. */
  async openConversation(id: string): Promise<void> {
    await Promise.all([this.fetchConversation(id), this.openThread(id)]);
  }

  /** Load the newest messages of a conversation. */
  async openThread(id: string): Promise<void> {
    const { generation } = this;
    this.setThread(id, (thread) => ({ ...thread, loading: true }));
    try {
      const { items, next } = await this.dependencies.page(id);
      if (generation !== this.generation) return;
      this.setThread(id, (thread) => {
        const [oldest, newest] = [items.at(-1)?.seq ?? 0, items[0]?.seq ?? 0];
        const joins = next !== null && thread.messages.some((each) => each.seq >= oldest);
        const ids = new Set(items.map((each) => each.id));
        const staying = thread.messages.filter(
          (each) => ids.has(each.id) || each.seq > newest || (joins && each.seq < oldest),
        );
        const cursor = joins && thread.messages.some((each) => each.seq < oldest) ? thread.cursor : next;
        return { messages: merged(staying, items), cursor, loading: false, outside: thread.outside };
      });
      await this.store();
    } catch (fault) {
      if (generation !== this.generation) return;
      this.setThread(id, (thread) => ({ ...thread, loading: false, fault: asProblem(fault) }));
    }
  }

  /** Load the next older page. */
  async loadEarlier(id: string): Promise<void> {
    const { generation } = this;
    const { cursor, loading } = this.state.state.threads[id] ?? EMPTY_THREAD;
    if (!cursor || loading) return;
    this.setThread(id, (thread) => ({ ...thread, loading: true }));
    try {
      const { items, next } = await this.dependencies.page(id, cursor);
      if (generation !== this.generation) return;
      this.setThread(id, ({ messages, outside }) => ({
        messages: merged(items, messages),
        cursor: next,
        loading: false,
        outside,
      }));
    } catch (fault) {
      if (generation !== this.generation) return;
      this.setThread(id, (thread) => ({ ...thread, loading: false, fault: asProblem(fault) }));
    }
  }

  /** Load older pages until a message is there; false if it is not found. */
  async loadUntil(id: string, message: string): Promise<boolean> {
    const thread = () => this.state.state.threads[id] ?? EMPTY_THREAD;
    const present = () => thread().messages.some((each) => each.id === message);
    for (let pages = 0; pages < MAX_PAGES && !present() && thread().cursor && !thread().fault; pages += 1) {
      await this.loadEarlier(id);
    }
    return present();
  }

  /** A message was sent or changed, here or by others. */
  async receive(message: ChatMessage): Promise<void> {
    const { conversation_id: id } = message;
    if (this.state.state.threads[id]) {
      this.setThread(id, (thread) =>
        thread.cursor && message.seq < (thread.messages[0]?.seq ?? 0)
          ? { ...thread, outside: merged(thread.outside ?? [], [message]).slice(-MAX_OUTSIDE) }
          : { ...thread, messages: merged(thread.messages, [message]) },
      );
    }
    const conversation = this.state.state.conversations.find((each) => each.id === id);
    if (!conversation) return this.conversationChanged(id);
    const isNew = message.seq > conversation.last_seq;
    const others = message.person_id !== this.dependencies.me();
    this.put({
      ...conversation,
      last_seq: Math.max(conversation.last_seq, message.revision),
      ...(isNew && { newest: message, changed: message.created }),
      ...(conversation.newest?.id === message.id && { newest: message }),
      unread: !isNew ? conversation.unread : others ? conversation.unread + 1 : 0,
    });
    await this.store();
  }

  /** Members or name of a conversation have changed, messages were removed, or it is new. */
  async conversationChanged(id: string): Promise<void> {
    await this.fetchConversation(id);
    if (this.state.state.threads[id]) await this.openThread(id);
    await this.store();
  }

  /** A member has received or read messages; for the user, on another device. */
  marksChanged(id: string, person: string, readSeq: number, deliveredSeq: number): void {
    const conversation = this.state.state.conversations.find((each) => each.id === id);
    if (!conversation) return;
    const members = conversation.members.map((each) =>
      each.person_id === person ? { ...each, read_seq: readSeq, delivered_seq: deliveredSeq } : each,
    );
    const mine = person === this.dependencies.me();
    const read = mine && readSeq >= (conversation.newest?.seq ?? 0);
    this.put({ ...conversation, members, ...(mine && { read_seq: readSeq }), ...(read && { unread: 0 }) });
  }

  /** A conversation was changed here. */
  show(conversation: Conversation): void {
    this.put(conversation);
    void this.store();
  }

  /** The user is no longer a member. */
  remove(id: string): void {
    const { [id]: _left, ...threads } = this.state.state.threads;
    const conversations = this.state.state.conversations.filter((each) => each.id !== id);
    this.set({ conversations, threads });
    void this.store();
  }

  /** Remove messages whose period has ended, from the screen and from the device. */
  dropExpired(): void {
    const now = new Date(this.dependencies.now()).toISOString();
    const lasts = ({ expires }: ChatMessage) => expires === null || new Date(expires).toISOString() > now;
    const { threads, conversations } = this.state.state;
    const ended = ({ messages }: Thread) => !messages.every(lasts);
    const gone = ({ newest }: Conversation) => newest !== null && !lasts(newest);
    if (!Object.values(threads).some(ended) && !conversations.some(gone)) return;
    const all = [
      ...Object.values(threads).flatMap(({ messages }) => messages),
      ...conversations.map((each) => each.newest),
    ];
    this.dependencies.ended?.(all.filter((each) => each !== null).filter((each) => !lasts(each)));
    const left = Object.entries(threads).map(([id, thread]) => {
      const [messages, outside] = [thread.messages.filter(lasts), thread.outside?.filter(lasts)];
      return [id, { ...thread, messages, outside }] as const;
    });
    this.set({
      threads: Object.fromEntries(left),
      conversations: conversations.map((each) => (gone(each) ? { ...each, newest: null } : each)),
    });
    void this.store();
  }

  /** Everything in a conversation that is loaded was seen by the user. */
  async markRead(id: string): Promise<void> {
    const conversation = this.state.state.conversations.find((each) => each.id === id);
    const newest = this.state.state.threads[id]?.messages.at(-1);
    if (!conversation || !newest || conversation.read_seq >= newest.seq) return;
    this.put({ ...conversation, read_seq: newest.seq, unread: 0 });
    // Reported again with the next message if it fails.
    await this.dependencies.mark(id, newest.seq, newest.seq).catch(() => undefined);
  }

  /** Clear on sign-out. */
  clear(): void {
    this.generation += 1;
    this.listing = undefined;
    this.state.setState(() => EMPTY);
  }

  private async fetchConversation(id: string): Promise<void> {
    const { generation } = this;
    try {
      const conversation = await this.dependencies.show(id);
      if (generation === this.generation) this.put(conversation);
    } catch (fault) {
      if (generation !== this.generation || asProblem(fault).code !== 'not-found') return;
      this.remove(id);
    }
  }

  private async fetchList(): Promise<void> {
    const { generation } = this;
    try {
      const listed = await this.dependencies.list();
      if (generation !== this.generation) return;
      const known = new Map(this.state.state.conversations.map((each) => [each.id, each.members]));
      // The list has the first members only.
      const conversations = listed.map((each) => {
        const members = known.get(each.id) ?? [];
        return each.members.length < each.member_count && members.length > each.members.length
          ? { ...each, members }
          : each;
      });
      const { threads } = this.state.state;
      // Where all are listed, the user has left the others; their messages leave the device.
      const complete = conversations.length < LISTED;
      const ids = new Set(conversations.map((each) => each.id));
      const present = complete ? Object.entries(threads).filter(([id]) => ids.has(id)) : Object.entries(threads);
      this.set({ conversations, threads: Object.fromEntries(present), source: 'server', fault: undefined });
      await Promise.all(conversations.map((each) => this.reportDelivered(each)));
      await this.store();
    } catch (fault) {
      if (generation !== this.generation) return;
      this.set({ fault: asProblem(fault) });
      if (asProblem(fault).code === 'chat_off') this.dependencies.off();
    }
  }

  private async reportDelivered({ id, unread, members, newest }: Conversation): Promise<void> {
    const delivered = members.find((each) => each.own)?.delivered_seq ?? 0;
    if (unread === 0 || !newest || newest.seq <= delivered) return;
    await this.dependencies.mark(id, 0, newest.seq).catch(() => undefined);
  }

  private put(conversation: Conversation): void {
    const others = this.state.state.conversations.filter((each) => each.id !== conversation.id);
    const conversations = [...others, conversation].sort((a, b) => b.changed.localeCompare(a.changed));
    this.set({ conversations });
  }

  private setThread(id: string, change: (thread: Thread) => Thread): void {
    const { threads } = this.state.state;
    this.set({ threads: { ...threads, [id]: change(threads[id] ?? EMPTY_THREAD) } });
  }

  private set(change: Partial<ChatsState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }

  private store(): Promise<void> {
    const { conversations, threads } = this.state.state;
    const newest = Object.entries(threads).map(([id, { messages }]) => [id, messages.slice(-STORED)] as const);
    const stored = newest.map(([id, messages]) => [id, { messages, cursor: null, loading: false }] as const);
    return this.dependencies.save({ conversations, threads: Object.fromEntries(stored) });
  }
}
