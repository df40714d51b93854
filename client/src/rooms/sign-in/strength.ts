export const SHORTEST = 10;
const LONGEST = 256;

/** How hard a password is to guess, for a hint and no more: the server asks for a length alone (NIST SP 800-63B). */
export type Strength = 'short' | 'long' | 'guessable' | 'fair' | 'good';

const RUNS = ['0123456789', '9876543210', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'qwertzuiop', 'asdfghjkl'];
const COMMON = ['password', 'passwort', 'letmein', 'willkommen', 'welcome', 'geheim', 'secret', 'unificx'];

/** `known` is what others know of its owner: name, address, organisation. */
export function strengthOf(password: string, known: readonly string[] = []): Strength {
  if (password.length < SHORTEST) return 'short';
  if (password.length > LONGEST) return 'long';
  const left = unknownPart(password.toLowerCase(), known);
  if (left.length < 6 || new Set(left).size < 5) return 'guessable';
  return left.length >= 14 || (left.length >= 12 && kinds(password) >= 3) ? 'good' : 'fair';
}

/** The password without what anybody would try first. */
function unknownPart(text: string, known: readonly string[]): string {
  const words = known.flatMap((each) => each.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length > 2);
  let left = text;
  for (const word of [...words, ...COMMON]) left = left.replaceAll(word, '');
  for (const run of RUNS) {
    for (let length = run.length; length >= 4; length--) {
      for (let at = 0; at + length <= run.length; at++) left = left.replaceAll(run.slice(at, at + length), '');
    }
  }
  return left.replaceAll(/(.)\1{2,}/gu, '$1');
}

function kinds(text: string): number {
  return [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(text)).length;
}
