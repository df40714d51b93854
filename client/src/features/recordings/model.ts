import type { Recording } from '~/api';

/** A recorded call from the perspective of a participant. */
export interface RecordingEntry {
  id: string;
  created: string;
  seconds: number;
  /** Remote parties. */
  others: { name: string; number: string; erased: boolean }[];
  /** Positions of pauses and gaps, in seconds. */
  pauses: number[];
}

/** `own`: the user's extensions. In a call between two of them, both parties are listed. */
export function toEntry(recording: Recording, own: readonly string[]): RecordingEntry {
  const { id, created, seconds, parties, marks } = recording;
  const remote = parties.filter((each) => !own.includes(each.extension_id ?? ''));
  const others = (remote.length > 0 ? remote : parties).map((each) => ({
    name: each.name ?? '',
    number: each.number ?? '',
    erased: each.erased,
  }));
  return {
    id,
    created,
    seconds,
    others,
    pauses: marks.filter((each) => each.kind !== 'resumed').map((each) => each.at),
  };
}
