/** A safe part of Markdown. There is no HTML in it: what is not understood stays text. */
export type Piece =
  | { kind: 'text' | 'code' | 'link'; text: string }
  /** A member; without id a deleted user. */
  | { kind: 'mention'; person: string }
  | { kind: 'strong' | 'emphasis' | 'deleted'; pieces: Piece[] };

export type Block = { kind: 'text' | 'quote'; pieces: Piece[] } | { kind: 'code'; text: string };

const MARKS = [
  { kind: 'strong', pattern: /^\*\*(?=\S)([^\n]{0,500}?\S)\*\*/ },
  { kind: 'deleted', pattern: /^~~(?=\S)([^\n]{0,500}?\S)~~/ },
  { kind: 'emphasis', pattern: /^\*(?=[^\s*])([^*\n]{0,500}?[^\s*])\*(?!\*)/ },
  { kind: 'emphasis', pattern: /^_(?=[^\s_])([^_\n]{0,500}?[^\s_])_(?![\p{L}\p{N}])/u },
  { kind: 'emphasis', pattern: /^([*_])([^\s*_])\1(?![\p{L}\p{N}*_])/u, group: 2 },
] as const;
const MENTION = /^@\[([\w-]{0,64})\]/;
const CODE = /^`([^`\n]+)`/;
const LINK = /^https?:\/\/[^\s<>"'`]+/i;
/** Punctuation that ends a sentence, not an address. */
const AFTER_LINK = /[.,;:!?)\]}*_~]+$/;
const WORD = /[\p{L}\p{N}]/u;
const DEPTH = 4;

export function parseInline(text: string, depth = DEPTH): Piece[] {
  const pieces: Piece[] = [];
  let plain = '';
  const flush = () => {
    if (plain) pieces.push({ kind: 'text', text: plain });
    plain = '';
  };
  for (let at = 0; at < text.length;) {
    const found = WORD.test(text[at - 1] ?? '') ? undefined : pieceAt(text, at, depth);
    if (found) {
      flush();
      pieces.push(found.piece);
      at += found.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return pieces;
}

function pieceAt(text: string, at: number, depth: number): { piece: Piece; length: number } | undefined {
  if (!'*~_`hH@'.includes(text[at] ?? '')) return undefined;
  const rest = text.slice(at, at + 2100);
  const mention = MENTION.exec(rest);
  if (mention) return { piece: { kind: 'mention', person: mention[1] ?? '' }, length: mention[0].length };
  const code = CODE.exec(rest);
  if (code) return { piece: { kind: 'code', text: code[1] ?? '' }, length: code[0].length };
  const link = LINK.exec(rest)?.[0].replace(AFTER_LINK, '');
  if (link && link.length > 8) return { piece: { kind: 'link', text: link }, length: link.length };
  if (depth === 0) return undefined;
  for (const mark of MARKS) {
    const found = mark.pattern.exec(rest);
    if (!found) continue;
    const inside = found['group' in mark ? mark.group : 1] ?? '';
    return { piece: { kind: mark.kind, pieces: parseInline(inside, depth - 1) }, length: found[0].length };
  }
  return undefined;
}

/** Split a message into blocks: text, quotes that begin with >, and code between lines of three backticks. */
export function parseMessage(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let kind: 'text' | 'quote' = 'text';
  const flush = () => {
    const joined = lines.join('\n').replace(/^\n+|\n+$/g, '');
    if (joined) blocks.push({ kind, pieces: parseInline(joined) });
    lines = [];
  };
  const all = text.split('\n');
  for (let at = 0; at < all.length; at += 1) {
    const line = all[at] ?? '';
    const end = line.startsWith('```') ? all.indexOf('```', at + 1) : -1;
    if (end > at) {
      flush();
      blocks.push({ kind: 'code', text: all.slice(at + 1, end).join('\n') });
      at = end;
      continue;
    }
    const next = /^> ?/.test(line) ? 'quote' : 'text';
    if (next !== kind) flush();
    kind = next;
    lines.push(next === 'quote' ? line.replace(/^> ?/, '') : line);
  }
  flush();
  return blocks;
}
