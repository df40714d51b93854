import type { Conversation, ConversationMember } from '~/api';

/** The reference to a person in a text, as the server stores it; without id for a deleted user. */
const REFERENCE = /@\[([\w-]{0,64})\]/g;
const WORD = /[\p{L}\p{N}]/u;
const MAX_QUERY = 40;
const MAX_CANDIDATES = 8;

/** Name of a mentioned person by id. */
export type MentionName = (person: string) => string;

/** A text with names in place of references, to show in one line or to copy. */
export function withNames(text: string, nameOf: MentionName): string {
  return text.replace(REFERENCE, (_, person: string) => `@${nameOf(person)}`);
}

/** How a member is named in the field: with the number where others have the same name. */
export function labelOf(member: ConversationMember, members: readonly ConversationMember[]): string {
  const name = member.name || member.number;
  const same = members.filter((each) => (each.name || each.number) === name);
  return same.length > 1 && member.number ? `${name} (${member.number})` : name;
}

/** A text of the field as it is sent: references in place of the names of members, and the ids of those mentioned. */
export function encodeMentions(
  text: string,
  members: readonly ConversationMember[],
): { text: string; mentions: string[] } {
  const labels = members
    .map((each) => ({ label: `@${labelOf(each, members)}`, person: each.person_id }))
    .filter(({ label }) => label.length > 1)
    .sort((a, b) => b.label.length - a.label.length);
  const mentions = new Set<string>();
  let encoded = '';
  for (let at = 0; at < text.length;) {
    const begins = text[at] === '@' && !WORD.test(text[at - 1] ?? '');
    const found = begins
      ? labels.find(({ label }) => text.startsWith(label, at) && !WORD.test(text[at + label.length] ?? ''))
      : undefined;
    if (found) mentions.add(found.person);
    encoded += found ? `@[${found.person}]` : (text[at] ?? '');
    at += found ? found.label.length : 1;
  }
  for (const [, person] of encoded.matchAll(REFERENCE)) {
    if (members.some((each) => each.person_id === person)) mentions.add(person!);
  }
  return { text: encoded, mentions: [...mentions] };
}

/** A stored text as it is edited: names of members in place of references. Others stay as they are. */
export function decodeMentions(text: string, members: readonly ConversationMember[]): string {
  return text.replace(REFERENCE, (whole, person: string) => {
    const member = members.find((each) => each.person_id === person);
    return member ? `@${labelOf(member, members)}` : whole;
  });
}

/** The text after an @ before the caret: `from` is the place of the @. */
export function mentionQuery(text: string, caret: number): { from: number; query: string } | undefined {
  const before = text.slice(Math.max(0, caret - MAX_QUERY), caret);
  const at = before.lastIndexOf('@');
  if (at < 0) return undefined;
  const from = caret - before.length + at;
  const query = before.slice(at + 1);
  if (WORD.test(text[from - 1] ?? '') || query.includes('\n') || query.startsWith(' ')) return undefined;
  return { from, query };
}

const normalize = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Other members whose name or number matches, by name. */
export function candidates({ members }: Conversation, query: string): ConversationMember[] {
  const wanted = normalize(query);
  const matches = (member: ConversationMember) => {
    const name = normalize(labelOf(member, members));
    return (
      name.startsWith(wanted) ||
      name.split(/[\s\-.,]+/).some((word) => word.startsWith(wanted)) ||
      member.number.startsWith(wanted)
    );
  };
  return members
    .filter((each) => !each.own && (each.name || each.number) && matches(each))
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, MAX_CANDIDATES);
}
