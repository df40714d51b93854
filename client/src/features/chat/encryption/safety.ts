import type { Leaf } from './mls';

/** Characters before the number in a QR code. */
const MARK = 'unificx-safety:';

/**
 * The number that two people compare: the same on all of their devices as long as each sees the same keys, 60 digits of
 * SHA-512.
 */
export async function safetyNumber(leaves: readonly Leaf[], people: readonly string[]): Promise<string> {
  const listed = leaves
    .filter(({ person }) => people.includes(person))
    .map(({ person, device, key }) => `${person}/${device}/${[...key].join('.')}`)
    .sort();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-512', new TextEncoder().encode(listed.join('\n'))));
  const groups = Array.from({ length: 12 }, (_, at) => {
    const value = hash.subarray(5 * at, 5 * at + 5).reduce((sum, each) => sum * 256 + each, 0);
    return String(value % 100_000).padStart(5, '0');
  });
  return groups.join(' ');
}

/** The text of the QR code of a number. */
export const safetyCode = (number: string) => MARK + number.replaceAll(' ', '');

/** How a comparison of a safety number has ended. */
export interface Verification {
  number: string;
  result: 'verified' | 'mismatch';
}

/** `changed`: the number is another one since it was compared. */
export type SafetyState = 'open' | 'verified' | 'mismatch' | 'changed';

export function safetyState(verification: Verification | undefined, number: string): SafetyState {
  if (!verification) return 'open';
  return verification.number === number ? verification.result : 'changed';
}

/** The digits in the text of a scanned code, or that it is another code. */
export function readSafetyCode(text: string): { found: string } | { seen: 'other' } {
  const digits = text.startsWith(MARK) ? text.slice(MARK.length) : '';
  return /^\d{60}$/.test(digits) ? { found: digits } : { seen: 'other' };
}

/** The result of a scanned code, with the number on this device. */
export function compareSafety(scanned: string, number: string): Verification {
  return { number, result: scanned === number.replaceAll(' ', '') ? 'verified' : 'mismatch' };
}
