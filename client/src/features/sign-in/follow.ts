import { setDeepLink } from '~/core/deep-link';
import { storePendingCode } from './pending-code';
import type { CodeLinkPurpose } from './link';

/** Route for a scanned or typed link. */
export function followLink(link: {
  purpose: CodeLinkPurpose;
  code: string;
}): '/sign-in/code' | '/invitation' | '/recover' {
  if (link.purpose === 'sign-in') {
    storePendingCode(link.code, true);
    return '/sign-in/code';
  }
  setDeepLink(link);
  return link.purpose === 'invitation' ? '/invitation' : '/recover';
}
