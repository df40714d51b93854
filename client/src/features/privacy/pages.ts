import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

export interface PrivacyPage {
  to: string;
  title: MessageDescriptor;
  /** Permission without which the page is not shown, besides that of the section. */
  needs?: string;
}

/** Pages of the section Privacy, in order. A page has one entry here and one route in `portal/routes.ts`. */
const PAGES: PrivacyPage[] = [
  { to: '/privacy/retention', needs: 'tenant_change', title: msg`Retention` },
  { to: '/privacy/holds', title: msg`Holds` },
  { to: '/privacy/requests', title: msg`Requests` },
  { to: '/privacy/copies', title: msg`Copies` },
  { to: '/privacy/erasure', title: msg`Erase a number` },
  { to: '/privacy/policy', title: msg`Policy` },
  { to: '/privacy/audit', title: msg`Audit log` },
];

/** The pages that a user with these permissions may open. */
export const privacyPages = (may: (permission: string) => boolean): PrivacyPage[] =>
  PAGES.filter(({ needs }) => !needs || may(needs));

/** Tells whether the address is that of a page which needs a permission that the user does not have. */
export const isPrivacyPageRefused = (path: string, may: (permission: string) => boolean): boolean =>
  PAGES.some(({ to, needs }) => path.startsWith(to) && needs && !may(needs));
