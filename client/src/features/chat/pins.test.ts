import { expect, test } from 'vitest';
import type { ChatMessage, Conversation } from '~/api';
import { mayPin, pinnedOf } from './pins';

const message = (id: string, revision: number, pinned: string | null, state = 'sent') =>
  ({ id, seq: 1, revision, pinned, state }) as ChatMessage;

test('pinned messages are those of the server in their newest versions', () => {
  const listed = [message('a', 1, '2026-01-05T09:00:00Z'), message('b', 2, '2026-01-05T08:00:00Z')];
  const thread = [message('a', 5, null), message('c', 3, '2026-01-05T10:00:00Z'), message('d', 1, null)];
  expect(pinnedOf(listed, thread).map((each) => each.id)).toEqual(['c', 'b']);
  expect(pinnedOf(listed, [message('b', 3, '2026-01-05T08:00:00Z', 'deleted')]).map((each) => each.id)).toEqual(['a']);
});

test('both people of a conversation pin messages, in a group its owners', () => {
  const members = (role: string) => [{ own: true, role }] as Conversation['members'];
  expect(mayPin({ kind: 'direct', members: members('member') } as Conversation)).toBe(true);
  expect(mayPin({ kind: 'group', members: members('member') } as Conversation)).toBe(false);
  expect(mayPin({ kind: 'group', members: members('owner') } as Conversation)).toBe(true);
});
