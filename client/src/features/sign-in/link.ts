import { parseDeepLink } from '~/core/deep-link';

export type CodeLinkPurpose = 'sign-in' | 'invitation' | 'recover';

const CODE_LINKS: readonly string[] = ['sign-in', 'invitation', 'recover'] satisfies CodeLinkPurpose[];

/** Classification of a scanned or typed text. */
export type LinkTarget =
  | { kind: 'ours'; purpose: CodeLinkPurpose; code: string }
  /** A link to another host: reported, never followed. */
  | { kind: 'foreign'; host: string }
  /** An authenticator app secret, not a sign-in code. */
  | { kind: 'authenticator' }
  | { kind: 'nothing' };

/** Accept only links of our own origin that carry a code. */
export function parseLink(text: string, origin: string): LinkTarget {
  const url = parseUrl(text.trim());
  if (url?.protocol === 'otpauth:') return { kind: 'authenticator' };
  if (!url || !/^https?:$/.test(url.protocol)) return { kind: 'nothing' };
  if (url.origin !== origin) return { kind: 'foreign', host: url.host };
  const arrival = parseDeepLink(url.hash);
  if (!arrival || !CODE_LINKS.includes(arrival.purpose)) return { kind: 'nothing' };
  return { kind: 'ours', purpose: arrival.purpose as CodeLinkPurpose, code: arrival.code };
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
