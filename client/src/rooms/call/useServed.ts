import { useEffect } from 'react';
import { events } from '~/api/events';
import { useValue } from '~/kernel/store';
import { phone, type Call } from '~/sip';
import { findOwnCalls, forgetOwnCalls, ownCalls, pairs } from './own-calls';
import { recordedOf, recording, type Recorded } from './recording';

/** Between two looks for a call the server does not tell of yet, milliseconds, and how often it is looked for. */
const AGAIN_MS = 1_000;
const LOOKS = 5;

/** The call as the server knows it; absent until it does. */
export function useServed(call: Call) {
  const here = useValue(phone.state, (each) => each.calls);
  const known = pairs(
    here.filter((each) => each.answered),
    useValue(ownCalls),
  );
  return { served: known.get(call.id), taken: [...known.values()].map((each) => each.id) };
}

/** How it stands with the recording of a call. */
export function useRecorded(call: Call): { id: string; now: Recorded } | undefined {
  const { served, taken } = useServed(call);
  const all = useValue(recording.state);
  return recordedOf(all, served?.id, taken);
}

/** Keeps what the server knows of a call fresh while it is the one on the screen, or in the bar. */
export function useLookedFor(call: Call): void {
  const answered = useValue(call.state, (each) => each.phase === 'talking' || each.phase === 'held');
  const id = useServed(call).served?.id;
  useEffect(() => {
    if (!answered) return undefined;
    void findOwnCalls();
    const hearNoMore = events.onUp(() => void findOwnCalls());
    return () => {
      hearNoMore();
      forgetOwnCalls(); // or the next with this number were taken for the last
    };
  }, [call, answered]);
  useEffect(() => {
    if (!answered || id) return undefined;
    let looks = 0;
    const timer = setInterval(() => {
      if (++looks <= LOOKS) void findOwnCalls();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [answered, id]);
  useEffect(() => {
    if (!id) return undefined;
    void recording.look(id);
    return () => {
      if (call.over) recording.drop(id); // or it were shown with a later call that is not known yet
    };
  }, [call, id]);
}
