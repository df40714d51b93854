import type { ChatMessage, Conversation } from '~/api';

export type MessageMark = 'sent' | 'delivered' | 'read';

/** The mark of the user's own message: the least that holds for all others who share theirs. */
export function markOf(message: ChatMessage, { members }: Conversation): MessageMark {
  const others = members.filter((each) => !each.own && each.read_seq !== null);
  if (others.length === 0) return 'sent';
  if (others.every((each) => (each.read_seq ?? 0) >= message.seq)) return 'read';
  return others.every((each) => (each.delivered_seq ?? 0) >= message.seq) ? 'delivered' : 'sent';
}
