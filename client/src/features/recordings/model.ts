import type { Recording } from '~/api';

/** A recorded call as somebody who was in it sees it. */
export interface RecordingEntry {
  id: string;
  created: string;
  seconds: number;
  /** The others in it. */
  others: { name: string; number: string; erased: boolean }[];
  /** Where something was left out, seconds from its beginning. */
  pauses: number[];
}

/** `own`: the extensions of whom it is shown to. In a call between two of one's own, both are shown. */
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
