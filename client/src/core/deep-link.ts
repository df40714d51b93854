/**
 * Deep links: `#sign-in=CODE`, `#invitation=CODE`, `#recover=CODE`, `#guest=CODE`, or the return of a single sign-on provider.
 * Fragments are never sent to a server, so codes do not appear in logs; they are removed from the address bar and
 * history at once and kept in memory only.
 */
export type LinkPurpose =
  'sign-in' | 'invitation' | 'recover' | 'guest' | 'second-factor' | 'sign-in-failed' | 'suspended' | 'single-sign-on';

export interface DeepLink {
  purpose: LinkPurpose;
  /** The code, the ticket of a second factor, the error code, or the reference of a suspended account. */
  code: string;
  /** Available second factors. */
  kinds?: string[];
}

const CODE_LINK = /^#(sign-in|invitation|recover|guest)=([A-Za-z0-9_-]{8,128})$/;
const PROVIDER_RETURN =
  /^#(second-factor|sign-in-failed|suspended|single-sign-on)=([A-Za-z0-9_.~-]{1,300})(?:&kinds=([a-z_,]{1,60}))?$/;

export function parseDeepLink(hash: string): DeepLink | undefined {
  const [, purpose, code, kinds] = CODE_LINK.exec(hash) ?? PROVIDER_RETURN.exec(hash) ?? [];
  if (!purpose || !code) return undefined;
  return { purpose: purpose as LinkPurpose, code, ...(kinds ? { kinds: kinds.split(',') } : {}) };
}

let current: DeepLink | undefined;

/** Call once, before the router reads the address. */
export function captureDeepLink(): DeepLink | undefined {
  current = parseDeepLink(location.hash);
  if (location.hash) history.replaceState(null, '', location.pathname + location.search);
  return current;
}

/** Set a link that was scanned or typed. */
export function setDeepLink(link: DeepLink): void {
  current = link;
}

/** Return and clear the link for this purpose. */
export function takeDeepLink(purpose: LinkPurpose): DeepLink | undefined {
  if (current?.purpose !== purpose) return undefined;
  const link = current;
  current = undefined;
  return link;
}

/** Return and clear the code for this purpose. */
export function takeDeepLinkCode(purpose: LinkPurpose): string {
  return takeDeepLink(purpose)?.code ?? '';
}
