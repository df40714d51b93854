import type { OutsideAddress } from '~/api';

/** An e-mail address as people write it: alone, or after a name and in angle brackets. The server checks it. */
export function parseAddress(text: string): OutsideAddress {
  const [, name = '', inner] = /^(.*)<([^<>]*)>\s*$/.exec(text) ?? [];
  if (inner === undefined) return { email: text.trim() };
  const plain = name.trim().replace(/^"(.*)"$/, '$1');
  return plain ? { email: inner.trim(), name: plain } : { email: inner.trim() };
}
