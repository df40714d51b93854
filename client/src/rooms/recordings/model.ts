import type { Recording } from '~/api';

/** A recorded call as somebody who was in it sees it. */
export interface Kept {
  id: string;
  created: string;
  seconds: number;
  /** The others in it. */
  others: { name: string; number: string; erased: boolean }[];
  /** Where something was left out, seconds from its beginning. */
  gaps: number[];
}

/** `own`: the extensions of whom it is shown to. In a call between two of one's own, both are shown. */
export function keptOf(recording: Recording, own: readonly string[]): Kept {
  const { id, created, seconds, parties, marks } = recording;
  const strangers = parties.filter((each) => !own.includes(each.extension_id ?? ''));
  const others = (strangers.length > 0 ? strangers : parties).map((each) => ({
    name: each.name ?? '',
    number: each.number ?? '',
    erased: each.erased,
  }));
  return { id, created, seconds, others, gaps: marks.filter((each) => each.kind !== 'resumed').map((each) => each.at) };
}
