import { api, type CallRecording } from '~/api';
import { events } from '~/api/events';
import { onSignOut } from '~/api/session';
import { asProblem, Problem } from '~/core/problem';
import { createStore } from '~/core/store';
import { serverCalls } from './server-calls';

/** How it stands with the recording of one call. */
export interface CallRecordingState {
  /** asking: the server has not said whether it will; announced: everybody is being told. */
  state: 'none' | 'asking' | 'announced' | 'recording' | 'paused';
  /** Somebody in the call may begin it now. */
  allowed?: boolean;
  /** Whoever is signed in may pause it. */
  directs?: boolean;
  /** Nobody in the call asked for it: an administrator has such calls recorded. */
  automatic?: boolean;
  /** Why it is over while the call goes on: somebody refused, could not be told, the disk is full, a fault. */
  end?: string;
  /** Why something was not done. */
  refused?: Problem;
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
const NONE: CallRecordingState = { state: 'none' };
/** Ends nobody in the call wished for. */
const REPORTED_ENDS = ['refused', 'not_told', 'full', 'fault'];

/** Follows the recordings of one's calls, by the server's ids of them, and directs them. */
export class CallRecordings {
  readonly state = createStore<Readonly<Record<string, CallRecordingState>>>({});
  /** How often something was told: an answer that was overtaken by that is asked for again. */
  #eventCount = 0;

  constructor(private readonly api: RecordingApi) {}

  /** Ask how it stands. A call the server does not record, such as one into a room, is as one it does not know. */
  async refresh(call: string): Promise<void> {
    const eventCount = this.#eventCount;
    const now = await this.api.show(call).catch(asProblem);
    if (eventCount !== this.#eventCount) await this.refresh(call);
    else if (!(now instanceof Problem)) this.#apply(call, now);
    else if (now.status === 404) this.remove(call);
  }

  /** What was told for a while was missed: ask again, of these calls and of all that are shown. */
  async refreshAll(calls: readonly string[]): Promise<void> {
    await Promise.all([...new Set([...calls, ...Object.keys(this.state.state)])].map((call) => this.refresh(call)));
  }

  handleEvent({ call, state, end }: RecordingEvent & { call: string }): void {
    this.#eventCount += 1;
    if (state === 'ended' && !end) return this.remove(call);
    this.#set(call, { ...toState({ state, end }), refused: undefined });
    if (state === 'announced' || state === 'ended') void this.refresh(call);
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

  /** What is said of its end has been read. */
  dismiss(call: string): void {
    this.#set(call, { end: undefined, refused: undefined });
  }

  /** The call is over. */
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

/** What is shown with a call, by the server's id: its own, or one of a call nobody here knows which it is. `taken`: known. */
export function recordingOf(
  all: Readonly<Record<string, CallRecordingState>>,
  id: string | undefined,
  matchedIds: readonly string[],
): { id: string; now: CallRecordingState } | undefined {
  const known = id === undefined ? undefined : all[id];
  if (id !== undefined && known) return { id, now: known };
  const active = Object.entries(all).find(([each, now]) => now.state !== 'none' && !matchedIds.includes(each));
  return active && { id: active[0], now: active[1] };
}

export const recording = new CallRecordings({
  show: async (call_id) => (await api.showCallRecording({ path: { call_id } })).data,
  change: async (call_id, state) => (await api.changeCallRecording({ path: { call_id }, body: { state } })).data,
});

events.on('recording', (told) => recording.handleEvent(told));
events.onConnected(() => void recording.refreshAll(serverCalls.state.map(({ id }) => id)));
onSignOut(() => recording.clear());
