import type { MeetingChange, Participant, ParticipantChange, Room } from '~/api';
import { asProblem, type Problem } from '~/kernel/problem';
import { untilQuiet } from '~/kernel/quiet';
import { createStore } from '~/kernel/store';

export interface RosterState {
  /** In the order they came; absent until the server said. */
  participants?: Participant[];
  /** Whose voice is heard now: a participant's id. */
  speaking: string | null;
  locked: boolean;
  allMuted: boolean;
  /** It is recorded, or everybody is being told that it will be. */
  recorded: boolean;
  /** What is said is left out of the recording for now. */
  paused: boolean;
  /** Its hosts may record. */
  mayRecord: boolean;
  /** The number that was asked in last, until it is here. */
  invited?: string;
  /** Why the list could not be fetched. */
  fault?: Problem;
  /** Why something was not done. */
  refused?: Problem;
}

/** What is told of a room without being asked. */
export interface News {
  participants: number;
  speaking: string | null;
  locked: boolean;
  recorded: boolean;
  paused: boolean;
}

export interface RosterParts {
  room(): Promise<Room>;
  participants(): Promise<Participant[]>;
  change(participant: string, change: ParticipantChange): Promise<unknown>;
  remove(participant: string): Promise<unknown>;
  meeting(change: MeetingChange): Promise<unknown>;
  record(begin: boolean): Promise<unknown>;
  pause(yes: boolean): Promise<unknown>;
  invite(number: string): Promise<unknown>;
  end(): Promise<unknown>;
  later(task: () => void, milliseconds: number): unknown;
}

/** Between two looks at a list in which nobody came or went, milliseconds: hundreds may be told at once. */
const UNHURRIED_MS = 2_000;

/** Who is in one room, and what its hosts may do. */
export class Roster {
  readonly state = createStore<RosterState>({
    speaking: null,
    locked: false,
    allMuted: false,
    recorded: false,
    paused: false,
    mayRecord: false,
  });
  /** Ask anew. */
  readonly refresh = untilQuiet(() => this.ask());
  private awaited = false;
  private closed = false;

  constructor(private readonly parts: RosterParts) {}

  /** Something is new there. Who speaks is shown at once; the rest soon. */
  hear({ participants, speaking, locked, recorded, paused }: News): void {
    const now = this.state.state;
    const hurry = participants !== now.participants?.length || locked !== now.locked || recorded !== now.recorded;
    this.set({ speaking, locked, recorded, paused });
    if (hurry) return void this.refresh();
    if (this.awaited) return;
    this.awaited = true;
    this.parts.later(() => {
      this.awaited = false;
      if (!this.closed) void this.refresh();
    }, UNHURRIED_MS);
  }

  close(): void {
    this.closed = true;
  }

  change(participant: string, change: ParticipantChange): Promise<void> {
    return this.act(() => this.parts.change(participant, change));
  }

  remove(participant: string): Promise<void> {
    return this.act(() => this.parts.remove(participant));
  }

  meeting(change: MeetingChange): Promise<void> {
    return this.act(() => this.parts.meeting(change));
  }

  /** Have the meeting recorded, or no more. */
  record(begin: boolean): Promise<void> {
    return this.act(() => this.parts.record(begin));
  }

  /** Leave out of the recording what is said, or no more. */
  pause(yes: boolean): Promise<void> {
    return this.act(() => this.parts.pause(yes));
  }

  /** Let the room ring a number; false if it does not. */
  async invite(number: string): Promise<boolean> {
    await this.act(() => this.parts.invite(number));
    const rings = this.state.state.refused === undefined;
    if (rings) this.set({ invited: number });
    return rings;
  }

  end(): Promise<void> {
    return this.act(() => this.parts.end());
  }

  private async act(work: () => Promise<unknown>): Promise<void> {
    this.set({ refused: undefined });
    const refused = await work().then(
      () => undefined,
      (fault: unknown) => asProblem(fault),
    );
    this.set({ refused });
    await this.refresh();
  }

  private async ask(): Promise<void> {
    if (this.closed) return;
    try {
      const [room, participants] = await Promise.all([this.parts.room(), this.parts.participants()]);
      const { invited } = this.state.state;
      this.set({
        participants,
        invited: participants.some((each) => each.number === invited) ? undefined : invited,
        speaking: participants.find((each) => each.speaking)?.id ?? null,
        locked: room.meeting?.locked ?? room.locked,
        allMuted: room.meeting?.all_muted ?? false,
        recorded: room.meeting?.recorded ?? false,
        paused: room.meeting?.recording_paused ?? false,
        mayRecord: room.may_record,
        fault: undefined,
      });
    } catch (fault) {
      this.set({ fault: asProblem(fault) });
    }
  }

  private set(change: Partial<RosterState>): void {
    if (!this.closed) this.state.setState((before) => ({ ...before, ...change }));
  }
}
