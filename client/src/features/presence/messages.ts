import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Presence as Shape } from '~/design/PresenceDot';
import type { OwnState, PresenceState } from './model';

export const STATE_LABELS: Record<PresenceState, MessageDescriptor> = {
  available: msg`Available`,
  busy: msg`Busy`,
  do_not_disturb: msg`Do not disturb`,
  away: msg`Away`,
  lunch: msg`At lunch`,
  trip: msg`On a trip`,
  off_work: msg`Off work`,
  in_call: msg`In a call`,
};

export const OWN_STATES: readonly OwnState[] = [
  'available',
  'busy',
  'do_not_disturb',
  'away',
  'lunch',
  'trip',
  'off_work',
];

export const STATE_SHAPES: Record<PresenceState, Shape> = {
  available: 'available',
  busy: 'busy',
  do_not_disturb: 'busy',
  away: 'away',
  lunch: 'away',
  trip: 'away',
  off_work: 'offline',
  in_call: 'call',
};
