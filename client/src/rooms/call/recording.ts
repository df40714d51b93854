import { api, type CallRecording } from '~/api';
import { events } from '~/api/events';
import { onLeaving } from '~/api/session';
import { asProblem, Problem } from '~/kernel/problem';
import { createStore } from '~/kernel/store';
import { ownCalls } from './own-calls';

/** How it stands with the recording of one call. */
export interface Recorded {
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

export type Wanted = 'recording' | 'paused' | 'stopped';

interface Told {
  state: string;
  end?: string | null;
}

interface RecordingParts {
  show(call: string): Promise<CallRecording>;
  change(call: string, wanted: Wanted): Promise<CallRecording>;
}

const RUNS = ['announced', 'recording', 'paused'] as const;
const NONE: Recorded = { state: 'none' };
/** Ends nobody in the call wished for. */
const UNWISHED = ['refused', 'not_told', 'full', 'fault'];

/** Follows the recordings of one's calls, by the server's ids of them, and directs them. */
export class Recording {
  readonly state = createStore<Readonly<Record<string, Recorded>>>({});
  /** How often something was told: an answer that was overtaken by that is asked for again. */
  #told = 0;

  constructor(private readonly parts: RecordingParts) {}

  /** Ask how it stands. A call the server does not record, such as one into a room, is as one it does not know. */
  async look(call: string): Promise<void> {
    const told = this.#told;
    const now = await this.parts.show(call).catch(asProblem);
    if (told !== this.#told) await this.look(call);
    else if (!(now instanceof Problem)) this.#take(call, now);
    else if (now.status === 404) this.drop(call);
  }

  /** What was told for a while was missed: ask again, of these calls and of all that are shown. */
  async lookAgain(calls: readonly string[]): Promise<void> {
    await Promise.all([...new Set([...calls, ...Object.keys(this.state.state)])].map((call) => this.look(call)));
  }

  hear({ call, state, end }: Told & { call: string }): void {
    this.#told += 1;
    if (state === 'ended' && !end) return this.drop(call);
    this.#set(call, { ...stateOf({ state, end }), refused: undefined });
    if (state === 'announced' || state === 'ended') void this.look(call);
  }

  async become(call: string, wanted: Wanted): Promise<void> {
    const before = this.state.state[call] ?? NONE;
    const asking = before.state === 'none' ? ({ state: 'asking', end: undefined } as const) : {};
    this.#set(call, { ...asking, refused: undefined });
    await this.parts.change(call, wanted).then(
      (now) => this.#take(call, now),
      (fault: unknown) => this.#set(call, { ...(asking.state && before), refused: asProblem(fault) }),
    );
  }

  /** What is said of its end has been read. */
  overlook(call: string): void {
    this.#set(call, { end: undefined, refused: undefined });
  }

  /** The call is over. */
  drop(call: string): void {
    this.state.setState(({ [call]: _, ...rest }) => rest);
  }

  forget(): void {
    this.#told += 1;
    this.state.setState(() => ({}));
  }

  #take(call: string, now: CallRecording): void {
    this.#set(call, {
      ...stateOf(now),
      allowed: now.allowed,
      directs: now.directs,
      automatic: now.begun === 'automatic',
    });
  }

  #set(call: string, change: Partial<Recorded>): void {
    this.state.setState((before) => ({ ...before, [call]: { ...(before[call] ?? NONE), ...change } }));
  }
}

function stateOf({ state, end }: Told): Pick<Recorded, 'state' | 'end'> {
  const runs = RUNS.find((each) => each === state);
  return runs ? { state: runs, end: undefined } : { state: 'none', end: UNWISHED.find((each) => each === end) };
}

/** What is shown with a call, by the server's id: its own, or one of a call nobody here knows which it is. `taken`: known. */
export function recordedOf(
  all: Readonly<Record<string, Recorded>>,
  id: string | undefined,
  taken: readonly string[],
): { id: string; now: Recorded } | undefined {
  const own = id === undefined ? undefined : all[id];
  if (id !== undefined && own) return { id, now: own };
  const runs = Object.entries(all).find(([each, now]) => now.state !== 'none' && !taken.includes(each));
  return runs && { id: runs[0], now: runs[1] };
}

export const recording = new Recording({
  show: async (call_id) => (await api.showCallRecording({ path: { call_id } })).data,
  change: async (call_id, state) => (await api.changeCallRecording({ path: { call_id }, body: { state } })).data,
});

events.on('recording', (told) => recording.hear(told));
events.onUp(() => void recording.lookAgain(ownCalls.state.map(({ id }) => id)));
onLeaving(() => recording.forget());
