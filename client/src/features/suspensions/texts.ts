import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { Suspension } from '~/api';

export const REASONS: Record<Suspension['reason'], MessageDescriptor> = {
  terms: msg`Against the terms of use`,
  security: msg`Security of the account`,
  fraud: msg`Suspected fraud`,
  payment: msg`Unpaid invoice`,
  absence: msg`Absence`,
  minor: msg`Reported to be under 18`,
  approval: msg`Waits for approval by the operator`,
  closing: msg`Closed, and will be erased`,
  identity_provider: msg`Deactivated by the identity provider`,
  other: msg`Other reason`,
};
