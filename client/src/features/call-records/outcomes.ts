import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { CallRecord } from '~/api';

type Outcome = CallRecord['outcome'];

interface Label {
  text: MessageDescriptor;
  colour: string;
}

export const OUTCOMES: Record<Outcome, Label> = {
  answered: { text: msg`answered`, colour: 'teal' },
  missed: { text: msg`missed`, colour: 'red' },
  busy: { text: msg`busy`, colour: 'orange' },
  declined: { text: msg`declined`, colour: 'orange' },
  unreachable: { text: msg`unreachable`, colour: 'gray' },
  failed: { text: msg`failed`, colour: 'red' },
  cancelled: { text: msg`cancelled`, colour: 'gray' },
};

/** How a call ended; the mailbox is named if it answered in place of the called party. */
export function outcomeOf({ answered_by, outcome }: CallRecord): Label {
  return answered_by === 'voicemail' ? { text: msg`voicemail`, colour: 'violet' } : OUTCOMES[outcome];
}

/** The lowest MOS of all parties, 1 to 5. */
export function worstMos({ parties }: CallRecord): number | undefined {
  const scores = parties.flatMap(({ quality }) => (typeof quality.mos === 'number' ? [quality.mos] : []));
  return scores.length ? Math.min(...scores) : undefined;
}

/** Seconds from the call to its answer; undefined without one. */
export function answerSeconds({ started, answered }: CallRecord): number | undefined {
  return answered ? Math.max(0, (Date.parse(answered) - Date.parse(started)) / 1000) : undefined;
}
