import { useEffect } from 'react';
import { events } from '~/api/events';
import { useValue } from '~/core/store';
import { phone, type Call } from '~/sip';
import { refreshServerCalls, clearServerCalls, serverCalls, matchCalls } from './server-calls';
import { recordingOf, recording, type CallRecordingState } from './recording';

/** Interval in milliseconds, and number of attempts, for finding a call the server does not report yet. */
const RETRY_MS = 1_000;
const MAX_RETRIES = 5;

/** The server's view of the call; undefined until matched. */
export function useServerCall(call: Call) {
  const localCalls = useValue(phone.state, (each) => each.calls);
  const matched = matchCalls(
    localCalls.filter((each) => each.answered),
    useValue(serverCalls),
  );
  return { serverCall: matched.get(call.id), matchedIds: [...matched.values()].map((each) => each.id) };
}

/** Recording state of a call. */
export function useCallRecording(call: Call): { id: string; now: CallRecordingState } | undefined {
  const { serverCall, matchedIds } = useServerCall(call);
  const all = useValue(recording.state);
  return recordingOf(all, serverCall?.id, matchedIds);
}

/** Keeps the server's view of the active call up to date. */
export function useServerCallSync(call: Call): void {
  const answered = useValue(call.state, (each) => each.phase === 'talking' || each.phase === 'held');
  const id = useServerCall(call).serverCall?.id;
  useEffect(() => {
    if (!answered) return undefined;
    void refreshServerCalls();
    const unsubscribe = events.onConnected(() => void refreshServerCalls());
    return () => {
      unsubscribe();
      clearServerCalls(); // otherwise the next call to this number would match the old one
    };
  }, [call, answered]);
  useEffect(() => {
    if (!answered || id) return undefined;
    let retries = 0;
    const timer = setInterval(() => {
      if (++retries <= MAX_RETRIES) void refreshServerCalls();
    }, RETRY_MS);
    return () => clearInterval(timer);
  }, [answered, id]);
  useEffect(() => {
    if (!id) return undefined;
    void recording.refresh(id);
    return () => {
      if (call.ended) recording.remove(id); // otherwise it would be shown with a later call that is not matched yet
    };
  }, [call, id]);
}
