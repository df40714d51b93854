import type { ChatMessage, Conversation } from '~/api';
import { withNames, type MentionName } from './mentions';
import type { ChatsState } from './model';

export interface MessageHit {
  message: ChatMessage;
  conversation: Conversation;
  /** The text with names in place of references. */
  text: string;
}

const MAX_HITS = 50;
/** Characters before the first match that are shown. */
const BEFORE = 24;

/** Without accents and case. */
function normalize(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Messages on this device that contain all words, the newest first. Disappeared and deleted ones have no text. */
export function searchMessages(
  { conversations, threads }: Pick<ChatsState, 'conversations' | 'threads'>,
  query: string,
  namesOf: (conversation: Conversation) => MentionName,
): MessageHit[] {
  const words = normalize(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const hits: MessageHit[] = [];
  for (const conversation of conversations) {
    const nameOf = namesOf(conversation);
    for (const message of threads[conversation.id]?.messages ?? []) {
      if (message.text === null) continue;
      const text = withNames(message.text, nameOf);
      const searched = normalize(text);
      if (words.every((each) => searched.includes(each))) hits.push({ message, conversation, text });
    }
  }
  return hits.sort((a, b) => b.message.created.localeCompare(a.message.created)).slice(0, MAX_HITS);
}

/** The part of a text with the first match, in one line. */
export function excerpt(text: string, query: string): string {
  const line = text.replace(/\s+/g, ' ');
  const [word = ''] = normalize(query).split(/\s+/).filter(Boolean);
  const at = normalize(line).indexOf(word);
  return at > BEFORE ? `…${line.slice(at - BEFORE, at + 80)}` : line.slice(0, 100);
}
