/**
 * What a link brought: `#sign-in=CODE`, `#invitation=CODE`, `#recover=CODE`, or what a provider's sign-in came back with. A fragment is never
 * sent to a server, so the code is in no log; here it is taken out of the address bar and the history at once, and held in memory alone.
 */
export type LinkPurpose = 'sign-in' | 'invitation' | 'recover' | 'second-factor' | 'sign-in-failed' | 'single-sign-on';

export interface DeepLink {
  purpose: LinkPurpose;
  /** The code; the ticket of a second factor; the refusal's own code. */
  code: string;
  /** The second factors there are. */
  kinds?: string[];
}

const CODE_LINK = /^#(sign-in|invitation|recover)=([A-Za-z0-9_-]{8,128})$/;
const PROVIDER_RETURN =
  /^#(second-factor|sign-in-failed|single-sign-on)=([A-Za-z0-9_.~-]{1,300})(?:&kinds=([a-z_,]{1,60}))?$/;

export function parseDeepLink(hash: string): DeepLink | undefined {
  const [, purpose, code, kinds] = CODE_LINK.exec(hash) ?? PROVIDER_RETURN.exec(hash) ?? [];
  if (!purpose || !code) return undefined;
  return { purpose: purpose as LinkPurpose, code, ...(kinds ? { kinds: kinds.split(',') } : {}) };
}

let current: DeepLink | undefined;

/** Call once, before the router looks at the address. */
export function captureDeepLink(): DeepLink | undefined {
  current = parseDeepLink(location.hash);
  if (location.hash) history.replaceState(null, '', location.pathname + location.search);
  return current;
}

/** A link's errand that came another way: scanned, or typed. */
export function setDeepLink(link: DeepLink): void {
  current = link;
}

/** The arrival for this errand, once. */
export function takeDeepLink(purpose: LinkPurpose): DeepLink | undefined {
  if (current?.purpose !== purpose) return undefined;
  const link = current;
  current = undefined;
  return link;
}

/** The code for this errand, once. */
export function takeDeepLinkCode(purpose: LinkPurpose): string {
  return takeDeepLink(purpose)?.code ?? '';
}
