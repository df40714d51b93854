import { api, type CallRecording } from '~/api';
import { events } from '~/api/events';
import { onSignOut } from '~/api/session';
import { asProblem, Problem } from '~/core/problem';
import { createStore } from '~/core/store';
import { serverCalls } from './server-calls';

/** Recording state of one call. */
export interface CallRecordingState {
  /** asking: waiting for the server; announced: the announcement is being played. */
  state: 'none' | 'asking' | 'announced' | 'recording' | 'paused';
  /** A participant can start recording now. */
  allowed?: boolean;
  /** The user can pause it. */
  directs?: boolean;
  /** Started by policy, not by a participant. */
  automatic?: boolean;
  /** Why it ended during the call: refused by a participant, announcement failed, disk full, error. */
  end?: string;
  /** Why an action failed. */
  refused?: Problem;
  /** A supervisor listens, or is announced. */
  monitored?: boolean;
}

export type RecordingCommand = 'recording' | 'paused' | 'stopped';

interface RecordingEvent {
  state: string;
  end?: string | null;
}

interface RecordingApi {
  show(call: string): Promise<CallRecording>;
  change(call: string, wanted: RecordingCommand): Promise<CallRecording>;
}

const ACTIVE_STATES = ['announced', 'recording', 'paused'] as const;
export const NONE: CallRecordingState = { state: 'none' };
/** Ends that no participant requested. */
const REPORTED_ENDS = ['refused', 'not_told', 'full', 'fault'];

/** Tracks and controls the recordings of the user's calls, by server call id. */
export class CallRecordings {
  readonly state = createStore<Readonly<Record<string, CallRecordingState>>>({});
  /** Number of events received: a response overtaken by an event is refetched. */
  #eventCount = 0;

  constructor(private readonly api: RecordingApi) {}

  /** Fetch the state. A call that cannot be recorded, such as one into a room, is treated as unknown. */
  async refresh(call: string): Promise<void> {
    const eventCount = this.#eventCount;
    const now = await this.api.show(call).catch(asProblem);
    if (eventCount !== this.#eventCount) await this.refresh(call);
    else if (!(now instanceof Problem)) this.#apply(call, now);
    else if (now.status === 404) this.remove(call);
  }

  /** Refetch after missed events: these calls and all that are shown. */
  async refreshAll(calls: readonly string[]): Promise<void> {
    await Promise.all([...new Set([...calls, ...Object.keys(this.state.state)])].map((call) => this.refresh(call)));
  }

  handleEvent({ call, state, end }: RecordingEvent & { call: string }): void {
    this.#eventCount += 1;
    if (state === 'ended' && !end && !this.state.state[call]?.monitored) return this.remove(call);
    this.#set(call, { ...toState({ state, end }), refused: undefined });
    if (state === 'announced' || state === 'ended') void this.refresh(call);
  }

  handleMonitoring({ call, state }: { call: string; state: string }): void {
    this.#eventCount += 1;
    this.#set(call, { monitored: state !== 'ended' });
  }

  async request(call: string, command: RecordingCommand): Promise<void> {
    const before = this.state.state[call] ?? NONE;
    const asking = before.state === 'none' ? ({ state: 'asking', end: undefined } as const) : {};
    this.#set(call, { ...asking, refused: undefined });
    await this.api.change(call, command).then(
      (now) => this.#apply(call, now),
      (fault: unknown) => this.#set(call, { ...(asking.state && before), refused: asProblem(fault) }),
    );
  }

  /** Dismiss the end or error. */
  dismiss(call: string): void {
    this.#set(call, { end: undefined, refused: undefined });
  }

  /** The call has ended. */
  remove(call: string): void {
    this.state.setState(({ [call]: _, ...rest }) => rest);
  }

  clear(): void {
    this.#eventCount += 1;
    this.state.setState(() => ({}));
  }

  #apply(call: string, now: CallRecording): void {
    this.#set(call, {
      ...toState(now),
      allowed: now.allowed,
      directs: now.directs,
      automatic: now.begun === 'automatic',
      monitored: now.monitoring !== null,
    });
  }

  #set(call: string, change: Partial<CallRecordingState>): void {
    this.state.setState((before) => ({ ...before, [call]: { ...(before[call] ?? NONE), ...change } }));
  }
}

function toState({ state, end }: RecordingEvent): Pick<CallRecordingState, 'state' | 'end'> {
  const active = ACTIVE_STATES.find((each) => each === state);
  return active
    ? { state: active, end: undefined }
    : { state: 'none', end: REPORTED_ENDS.find((each) => each === end) };
}

/**
 * Recording to show with a call: its own, or an active one whose call is not matched yet. `matchedIds`: server ids of
 * matched calls.
 */
export function recordingOf(
  all: Readonly<Record<string, CallRecordingState>>,
  id: string | undefined,
  matchedIds: readonly string[],
): { id: string; now: CallRecordingState } | undefined {
  const known = id === undefined ? undefined : all[id];
  if (id !== undefined && known) return { id, now: known };
  const active = Object.entries(all).find(
    ([each, now]) => (now.state !== 'none' || now.monitored) && !matchedIds.includes(each),
  );
  return active && { id: active[0], now: active[1] };
}

export const recording = new CallRecordings({
  show: async (call_id) => (await api.showCallRecording({ path: { call_id } })).data,
  change: async (call_id, state) => (await api.changeCallRecording({ path: { call_id }, body: { state } })).data,
});

events.on('recording', (event) => recording.handleEvent(event));
events.on('monitoring', (event) => recording.handleMonitoring(event));
events.onConnected(() => void recording.refreshAll(serverCalls.state.map(({ id }) => id)));
onSignOut(() => recording.clear());
