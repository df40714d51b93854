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
