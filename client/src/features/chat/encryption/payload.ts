import type { Attachment, ChatMessage } from '~/api';

/** The part of a file that the server does not know: its key in base64, name, type and measures. */
export interface EncryptedFile {
  id: string;
  key: string;
  name: string;
  kind: Attachment['kind'];
  media_type: string;
  size: number;
  width?: number | null;
  height?: number | null;
  /** A small JPEG of a photo, in base64. */
  thumbnail?: string;
  seconds?: number | null;
  peaks?: number[];
}

/** The content of an encrypted message. */
export interface Payload {
  text: string;
  mentions: string[];
  reply_to: string | null;
  files?: EncryptedFile[];
}

/** The content of an encrypted reaction; `to` is the id of its message. */
export interface ReactionPayload {
  reaction: string;
  to: string;
}

/** A content that the device has read, with the person whose device has signed it, and its message: it goes with that. */
export type Content = (Payload | ReactionPayload) & {
  author?: string;
  of?: { id: string; seq: number; expires: string | null };
};

export const placeOf = ({ id, seq, expires }: ChatMessage) => ({ id, seq, expires });

/** A file of a message; with a key, it is encrypted end to end. */
export type ShownFile = Attachment & { key?: string; thumbnail?: string };

/** An encrypted body of a message, or of a reaction to it. */
export interface Body {
  round: number;
  body: string;
  author: string | null;
  message: ChatMessage;
  isReaction: boolean;
}

/** Characters of the longest emoji. */
const MAX_EMOJI = 16;
const KINDS: ReadonlySet<string> = new Set(['photo', 'video', 'audio', 'voice']);
/** Types that are shown. The sender claims them: everything else is a download. */
const SHOWN = /^(image\/(jpeg|png)|video\/(mp4|webm|quicktime)|audio\/(mp4|webm|ogg|mpeg|wav|flac))$/;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The encrypted bodies of a message and of its reactions. */
export function bodiesOf(message: ChatMessage): Body[] {
  const { encrypted, person_id: author } = message;
  const own = encrypted ? [{ ...encrypted, author, message, isReaction: false }] : [];
  const others = message.encrypted_reactions ?? [];
  return [
    ...own,
    ...others.map(({ person_id, ...each }) => ({ ...each, author: person_id, message, isReaction: true })),
  ];
}

/** Whether a content belongs where the server has put it, and has the author that the server names. */
export function fits(content: Content, { message, isReaction, author }: Body): boolean {
  if (content.author !== undefined && content.author !== author) return false;
  if (!isReaction) return 'text' in content;
  return 'to' in content && content.to === message.id && content.reaction.length <= MAX_EMOJI;
}

/** A message with what the device has read of it, by body. */
export function shownMessage(message: ChatMessage, read: ReadonlyMap<string, Content>): ChatMessage {
  if (!message.encrypted) return message;
  let payload: Content | undefined;
  const reactions = new Map<string, string[]>();
  for (const each of bodiesOf(message)) {
    const found = read.get(each.body);
    if (!found || !fits(found, each)) continue;
    if ('to' in found) reactions.set(found.reaction, [...(reactions.get(found.reaction) ?? []), each.author ?? '']);
    else payload = found;
  }
  const shown = {
    ...message,
    attachments: [],
    reactions: [...reactions].map(([emoji, person_ids]) => ({ emoji, person_ids })),
  };
  if (!payload || !('text' in payload)) return shown;
  const { text, mentions, reply_to, files = [] } = payload;
  const attachments = message.attachments.flatMap(({ id }) => files.filter((each) => each.id === id).map(shownFile));
  return { ...shown, text, mentions, reply_to, attachments };
}

function shownFile(file: EncryptedFile): ShownFile {
  const { id, key, name, size, media_type, width = null, height = null, seconds = null, peaks = [], thumbnail } = file;
  const drawn = typeof thumbnail === 'string' && BASE64.test(thumbnail) ? thumbnail : undefined;
  const isShown = KINDS.has(file.kind) && SHOWN.test(media_type);
  const kind = isShown ? file.kind : 'document';
  const type = isShown ? media_type : 'application/octet-stream';
  return { id, key, name, size, kind, media_type: type, width, height, seconds, peaks, thumbnail: drawn };
}

/** The files of a message, to send them again with a changed text. */
export function filesOf({ attachments }: ChatMessage): EncryptedFile[] {
  return (attachments as ShownFile[]).flatMap(({ key, ...each }) => (key ? [{ ...each, key }] : []));
}
