import { readArrival } from '~/kernel/arrival';

export type Link = 'sign-in' | 'invitation' | 'recover';

const LINKS: readonly string[] = ['sign-in', 'invitation', 'recover'] satisfies Link[];

/** What a scanned or typed text is to us. */
export type Read =
  | { kind: 'ours'; errand: Link; code: string }
  /** A link to somebody else's place: said, never followed. */
  | { kind: 'foreign'; host: string }
  /** For an authenticator app: the code of a second factor, not of a sign-in. */
  | { kind: 'authenticator' }
  | { kind: 'nothing' };

/** Take links of our own origin alone, and of those the ones that bring a code. */
export function readLink(text: string, origin: string): Read {
  const url = asUrl(text.trim());
  if (url?.protocol === 'otpauth:') return { kind: 'authenticator' };
  if (!url || !/^https?:$/.test(url.protocol)) return { kind: 'nothing' };
  if (url.origin !== origin) return { kind: 'foreign', host: url.host };
  const arrival = readArrival(url.hash);
  if (!arrival || !LINKS.includes(arrival.errand)) return { kind: 'nothing' };
  return { kind: 'ours', errand: arrival.errand as Link, code: arrival.code };
}

function asUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
