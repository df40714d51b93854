import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Reach, ReachReason } from './reach';

export const REACH_TITLES: Record<Reach, MessageDescriptor> = {
  always: msg`Rings even when closed`,
  open: msg`Rings only while open`,
  not: msg`Does not ring`,
};

/** One word each, beside the dot. */
export const REACH_LABELS: Record<Reach, MessageDescriptor> = {
  always: msg`Reachable`,
  open: msg`While open`,
  not: msg`Not reachable`,
};

export const REACH_REASONS: Record<ReachReason, MessageDescriptor> = {
  offline: msg`No connection to the phone system. Reconnecting automatically.`,
  'no-extension': msg`You have no extension yet. Contact your administrator.`,
  refused: msg`The phone system rejected this phone. Sign out and sign in again.`,
  connecting: msg`Connecting…`,
  notifications: msg`Notifications are not turned on yet.`,
  blocked: msg`Notifications are blocked. Allow them in your browser or device settings.`,
  unsupported: msg`This browser cannot be woken by calls.`,
  'push-failed': msg`The wake-up message does not arrive. Run the test to find out why.`,
};
