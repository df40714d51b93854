import type { Recording } from '~/api';

/** A recorded call from the perspective of a participant. */
export interface RecordingEntry {
  id: string;
  created: string;
  seconds: number;
  /** It has a video. */
  video: boolean;
  /** Remote parties. */
  others: { name: string; number: string; erased: boolean }[];
  /** The call. */
  call: string;
  /** Pauses and gaps; `at` in seconds. */
  pauses: { at: number; reason: PauseReason }[];
  /** How the recording became lawful, and when the last party was concerned; undefined if that is not known. */
  consent?: { how: 'agreed' | 'told'; at: Date; parties: number };
}

/** keys: digits were pressed; card: payment data was entered; joining: a person joined; gap: sound is missing. */
type PauseReason = 'paused' | 'keys' | 'card' | 'joining' | 'gap';

const PAUSE_REASONS: Record<string, PauseReason> = {
  paused_for_keys: 'keys',
  paused_for_card: 'card',
  paused_for_joining: 'joining',
  gap: 'gap',
};

function consentOf(parties: Recording['parties']): RecordingEntry['consent'] {
  const latest = (times: (string | null)[]) =>
    times.length > 0 && times.every((each) => each !== null)
      ? new Date(Math.max(...times.map((each) => Date.parse(each))))
      : undefined;
  const agreed = parties.every((each) => each.key) ? latest(parties.map((each) => each.consented)) : undefined;
  if (agreed) return { how: 'agreed', at: agreed, parties: parties.length };
  const told = latest(parties.map((each) => each.told));
  return told && { how: 'told', at: told, parties: parties.length };
}

/** `own`: the user's extensions. In a call between two of them, both parties are listed. */
export function toEntry(recording: Recording, own: readonly string[]): RecordingEntry {
  const { id, created, seconds, video, parties, marks } = recording;
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
    video,
    others,
    call: recording.call_id,
    pauses: marks
      .filter((each) => each.kind !== 'resumed')
      .map((each) => ({ at: each.at, reason: PAUSE_REASONS[each.kind] ?? 'paused' })),
    consent: consentOf(parties),
  };
}
