import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

export interface PrivacyPage {
  to: string;
  title: MessageDescriptor;
}

/** Pages of the section Privacy, in order. A page has one entry here and one route in `portal/routes.ts`. */
export const PRIVACY_PAGES: [PrivacyPage, ...PrivacyPage[]] = [
  { to: '/privacy/retention', title: msg`Retention` },
  { to: '/privacy/holds', title: msg`Holds` },
  { to: '/privacy/requests', title: msg`Requests` },
  { to: '/privacy/copies', title: msg`Copies` },
  { to: '/privacy/erasure', title: msg`Erase a number` },
  { to: '/privacy/policy', title: msg`Policy` },
  { to: '/privacy/audit', title: msg`Audit log` },
];
