import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { NewSuspension } from '~/api';

export const REASONS: Record<NewSuspension['reason'], MessageDescriptor> = {
  terms: msg`Against the terms of use`,
  security: msg`Security of the account`,
  fraud: msg`Suspected fraud`,
  payment: msg`Unpaid invoice`,
  absence: msg`Absence`,
  minor: msg`Reported to be under 18`,
  other: msg`Other reason`,
};
