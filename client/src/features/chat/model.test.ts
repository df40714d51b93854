import { describe, expect, test } from 'vitest';
import type { ChatMessage, Conversation } from '~/api';
import { Problem } from '~/core/problem';
import { Chats, unreadCount, type ChatsDependencies } from './model';

const ME = 'me';

const message = (seq: number, change: Partial<ChatMessage> = {}): ChatMessage => ({
  id: `m${seq}`,
  conversation_id: 'c',
  seq,
  revision: seq,
  client_id: `client-${seq}`,
  person_id: 'other',
  state: 'sent',
  created: `2026-01-05T09:00:0${seq}Z`,
  edited: null,
  expires: null,
  format: 'text',
  reply_to: null,
  text: `text ${seq}`,
  encrypted: null,
  mentions: [],
  reactions: [],
  encrypted_reactions: [],
  pinned: null,
  attachments: [],
  ...change,
});

const conversation = (change: Partial<Conversation> = {}): Conversation => ({
  id: 'c',
  kind: 'direct',
  name: '',
  created: '2026-01-05T08:00:00Z',
  changed: '2026-01-05T09:00:02Z',
  last_seq: 2,
  period: null,
  encrypted: false,
  shares_marks: true,
  muted: false,
  read_seq: 1,
  unread: 1,
  member_count: 2,
  members: [],
  newest: message(2),
  ...change,
});

function setUp(change: Partial<ChatsDependencies> = {}) {
  const marks: unknown[][] = [];
  const chats = new Chats({
    list: async () => [conversation()],
    show: async (id) => conversation({ id }),
    page: async (_, cursor) =>
      cursor ? { items: [message(1)], next: null } : { items: [message(3), message(2)], next: '2' },
    mark: async (...all) => marks.push(all),
    load: async () => undefined,
    save: async () => undefined,
    me: () => ME,
    off: () => undefined,
    now: () => Date.parse('2026-01-05T09:30:00Z'),
    ...change,
  });
  const texts = () => chats.state.state.threads['c']?.messages.map((each) => each.text);
  return { chats, marks, texts };
}

describe('chats', () => {
  test('pages are joined in order, and a newer version of a message replaces the older one', async () => {
    const { chats, texts } = setUp();
    await chats.open();
    await chats.openThread('c');
    await chats.loadEarlier('c');
    expect(texts()).toEqual(['text 1', 'text 2', 'text 3']);
    await chats.receive(message(2, { revision: 4, text: 'changed' }));
    await chats.receive(message(2));
    expect(texts()).toEqual(['text 1', 'changed', 'text 3']);
    await chats.openThread('c');
    expect(texts()).toEqual(['text 1', 'changed', 'text 3']);
  });

  test('a message of another counts as unread until it was seen, here or on another device', async () => {
    const { chats, marks } = setUp();
    await chats.open();
    await chats.openThread('c');
    await chats.receive(message(3));
    await chats.receive(message(3));
    expect(chats.state.state.conversations[0]).toMatchObject({ unread: 2, newest: { seq: 3 } });
    await chats.markRead('c');
    await chats.markRead('c');
    expect(chats.state.state.conversations[0]?.unread).toBe(0);
    expect(marks).toEqual([
      ['c', 0, 2],
      ['c', 3, 3],
    ]);
    await chats.receive(message(4));
    chats.marksChanged('c', ME, 4, 4);
    expect(chats.state.state.conversations[0]).toMatchObject({ unread: 0, read_seq: 4 });
    await chats.receive(message(5, { person_id: ME }));
    expect(chats.state.state.conversations[0]?.unread).toBe(0);
  });

  test('disappearing messages leave the screen and the device', async () => {
    const expired = message(3, { expires: '2026-01-05T09:29:59+00:00' });
    const lasting = message(2, { expires: '2026-01-05T10:30:00+01:01' });
    let stored: unknown;
    const thread = { messages: [lasting, expired], cursor: null, loading: false };
    const { chats, texts } = setUp({
      load: async () => ({ conversations: [conversation({ newest: expired })], threads: { c: thread } }),
      list: async () => Promise.reject(new Error('offline')),
      page: async () => Promise.reject(new Error('offline')),
      save: async (state) => void (stored = state),
      now: () => Date.parse('2026-01-05T09:28:30Z'),
    });
    await chats.open();
    expect(texts()).toEqual(['text 2', 'text 3']);
    const later = setUp({
      load: async () => ({ conversations: [conversation({ newest: expired })], threads: { c: thread } }),
      list: async () => Promise.reject(new Error('offline')),
      page: async () => Promise.reject(new Error('offline')),
      save: async (state) => void (stored = state),
    });
    await later.chats.open();
    expect(later.texts()).toEqual([]);
    expect(later.chats.state.state.conversations[0]?.newest).toBeNull();
    expect(stored).toMatchObject({ threads: { c: { messages: [] } }, conversations: [{ newest: null }] });
  });

  test('messages of a conversation that the user has left elsewhere leave the device', async () => {
    let stored: unknown;
    const { chats } = setUp({
      load: async () => ({
        conversations: [conversation(), conversation({ id: 'left' })],
        threads: { left: { messages: [message(1)], cursor: null, loading: false } },
      }),
      save: async (state) => void (stored = state),
    });
    await chats.open();
    expect(Object.keys(chats.state.state.threads)).toEqual([]);
    expect(stored).toMatchObject({ threads: {} });
  });

  test('older pages are loaded until a message is there', async () => {
    const { chats, texts } = setUp();
    await chats.open();
    await chats.openThread('c');
    expect(await chats.loadUntil('c', 'm1')).toBe(true);
    expect(texts()).toEqual(['text 1', 'text 2', 'text 3']);
    expect(await chats.loadUntil('c', 'gone')).toBe(false);
  });

  test('a change of a message before those that are loaded is not shown beside them', async () => {
    const { chats, texts } = setUp();
    await chats.open();
    await chats.openThread('c');
    const changed = message(1, { revision: 9, pinned: '2026-01-05T09:20:00Z' });
    await chats.receive(changed);
    expect(texts()).toEqual(['text 2', 'text 3']);
    expect(chats.state.state.threads['c']?.outside).toEqual([changed]);
  });

  test('a message of an unknown conversation brings it into the list, and one that is left disappears', async () => {
    let left = false;
    const { chats } = setUp({
      show: async (id) => {
        if (left) throw new Problem('not-found', 404, '');
        return conversation({ id, changed: '2026-01-05T10:00:00Z' });
      },
    });
    await chats.open();
    await chats.receive(message(1, { conversation_id: 'd' }));
    expect(chats.state.state.conversations.map((each) => each.id)).toEqual(['d', 'c']);
    left = true;
    await chats.conversationChanged('d');
    expect(chats.state.state.conversations.map((each) => each.id)).toEqual(['c']);
  });

  test('without a network the stored conversations are shown', async () => {
    const { chats, texts } = setUp({
      list: () => Promise.reject(Problem.unreachable()),
      page: () => Promise.reject(Problem.unreachable()),
      load: async () => ({
        conversations: [conversation()],
        threads: { c: { messages: [message(2)], cursor: null, loading: false } },
      }),
    });
    await chats.open();
    expect(texts()).toEqual(['text 2']);
    expect(chats.state.state).toMatchObject({ source: 'cache', fault: { code: 'unreachable' } });
  });

  test('after sign-out late answers change nothing', async () => {
    let answer!: (all: Conversation[]) => void;
    const { chats } = setUp({ list: () => new Promise((resolve) => (answer = resolve)) });
    const opening = chats.open();
    await Promise.resolve();
    await Promise.resolve();
    chats.clear();
    answer([conversation()]);
    await opening;
    expect(chats.state.state.conversations).toEqual([]);
  });
});

test('the badge does not count unread messages of muted conversations', () => {
  const conversations = [conversation({ unread: 2 }), conversation({ id: 'd', unread: 5, muted: true })];
  expect(unreadCount(conversations)).toBe(2);
});
