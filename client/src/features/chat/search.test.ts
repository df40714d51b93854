import { expect, test } from 'vitest';
import type { ChatMessage, Conversation } from '~/api';
import { excerpt, searchMessages } from './search';

const message = (id: string, text: string | null, created: string) => ({ id, text, created }) as ChatMessage;
const thread = (...messages: ChatMessage[]) => ({ messages, cursor: null, loading: false });
const state = {
  conversations: [{ id: 'a' }, { id: 'b' }, { id: 'never opened' }] as Conversation[],
  threads: {
    a: thread(message('1', 'Lunch at noon', '2026-01-05T09:00:00Z'), message('2', null, '2026-01-05T09:01:00Z')),
    b: thread(message('3', '@[p] orders LÜNCH', '2026-01-05T10:00:00Z')),
    left: thread(message('4', 'Lunch', '2026-01-05T11:00:00Z')),
  },
};
const found = (query: string) => searchMessages(state, query, () => () => 'Zoë').map((each) => each.message.id);

test('finds messages of all conversations, the newest first', () => {
  expect(found('lunch')).toEqual(['3', '1']);
  expect(found('noon lunch')).toEqual(['1']);
  expect(found('zoe')).toEqual(['3']);
  expect(found('dinner')).toEqual([]);
  expect(found('  ')).toEqual([]);
});

test('shows the part with the match', () => {
  expect(excerpt('short text', 'text')).toBe('short text');
  expect(excerpt(`${'a '.repeat(40)}needle\nend`, 'NEEDLE')).toBe(`…${'a '.repeat(12)}needle end`);
});
