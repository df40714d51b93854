export const MIN_LENGTH = 10;
const MAX_LENGTH = 256;

/** Estimated password strength, as a hint only: the server checks the length alone (NIST SP 800-63B). */
export type Strength = 'short' | 'long' | 'guessable' | 'fair' | 'good';

const SEQUENCES = ['0123456789', '9876543210', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'qwertzuiop', 'asdfghjkl'];
const COMMON = ['password', 'passwort', 'letmein', 'willkommen', 'welcome', 'geheim', 'secret', 'unificx'];

/** `known`: facts about the user such as name, address, organization. */
export function strengthOf(password: string, known: readonly string[] = []): Strength {
  if (password.length < MIN_LENGTH) return 'short';
  if (password.length > MAX_LENGTH) return 'long';
  const remaining = unknownPart(password.toLowerCase(), known);
  if (remaining.length < 6 || new Set(remaining).size < 5) return 'guessable';
  return remaining.length >= 14 || (remaining.length >= 12 && kinds(password) >= 3) ? 'good' : 'fair';
}

/** The password without easily guessed parts. */
function unknownPart(text: string, known: readonly string[]): string {
  const words = known.flatMap((each) => each.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length > 2);
  let remaining = text;
  for (const word of [...words, ...COMMON]) remaining = remaining.replaceAll(word, '');
  for (const sequence of SEQUENCES) {
    for (let length = sequence.length; length >= 4; length--) {
      for (let at = 0; at + length <= sequence.length; at++)
        remaining = remaining.replaceAll(sequence.slice(at, at + length), '');
    }
  }
  return remaining.replaceAll(/(.)\1{2,}/gu, '$1');
}

function kinds(text: string): number {
  return [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(text)).length;
}
