/** Number of the soft colours in avatar.module.css. */
export const HUES = 8;

/** One of the hues, always the same one for a name. FNV-1a over its code units. */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const unit of name.trim().normalize('NFC').split('')) {
    hash = Math.imul(hash ^ unit.charCodeAt(0), 0x01000193) >>> 0;
  }
  return ((hash ^ (hash >>> 16)) >>> 0) % HUES;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The first letters of the first and the last word; empty for numbers and for names without letters. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter((word) => /^\p{L}/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => firstGrapheme(word ?? ''));
  return letters.join('').toLocaleUpperCase();
}

function firstGrapheme(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment;
  return '';
}
