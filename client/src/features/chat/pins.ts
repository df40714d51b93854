import type { ChatMessage, Conversation } from '~/api';
import { merged } from './model';

/** Both people of a conversation pin messages, in a group its owners. */
export function mayPin({ kind, members }: Conversation): boolean {
  return kind === 'direct' || members.some((each) => each.own && each.role === 'owner');
}

/** The pinned ones among listed messages and those of the thread, in their newest versions, the latest pin first. */
export function pinnedOf(listed: readonly ChatMessage[], thread: readonly ChatMessage[]): ChatMessage[] {
  return merged(listed, thread)
    .filter((each) => each.pinned !== null && each.state === 'sent')
    .sort((a, b) => (b.pinned ?? '').localeCompare(a.pinned ?? ''));
}
