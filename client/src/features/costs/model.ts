import type { RateDeck } from '~/api';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

export type Month = 'this' | 'last';

/** Beginning and end of the present or the last month, in local time. */
export function monthOf(month: Month, now: Date): { since: string; until: string } {
  const offset = month === 'last' ? -1 : 0;
  const since = new Date(now.getFullYear(), now.getMonth() + offset, 1);
  const until = new Date(now.getFullYear(), now.getMonth() + offset + 1, 1);
  return { since: since.toISOString(), until: until.toISOString() };
}

/** States of a rate deck. */
export const DECK_STATES: Record<RateDeck['state'], { text: MessageDescriptor; colour: string }> = {
  draft: { text: msg`Draft`, colour: 'gray' },
  planned: { text: msg`Planned`, colour: 'blue' },
  in_force: { text: msg`In force`, colour: 'teal' },
  replaced: { text: msg`Replaced`, colour: 'gray' },
};
