import type { MeetingChange, Participant, ParticipantChange, Room } from '~/api';
import { asProblem, type Problem } from '~/core/problem';
import { coalesce } from '~/core/coalesce';
import { createStore } from '~/core/store';

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
export interface RoomEvent {
  participants: number;
  speaking: string | null;
  locked: boolean;
  recorded: boolean;
  paused: boolean;
}

export interface RosterDependencies {
  room(): Promise<Room>;
  participants(): Promise<Participant[]>;
  change(participant: string, change: ParticipantChange): Promise<unknown>;
  remove(participant: string): Promise<unknown>;
  meeting(change: MeetingChange): Promise<unknown>;
  record(begin: boolean): Promise<unknown>;
  pause(paused: boolean): Promise<unknown>;
  invite(number: string): Promise<unknown>;
  end(): Promise<unknown>;
  schedule(task: () => void, milliseconds: number): unknown;
}

/** Between two looks at a list in which nobody came or went, milliseconds: hundreds may be told at once. */
const REFRESH_DELAY_MS = 2_000;

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
  readonly refresh = coalesce(() => this.fetch());
  private refreshPending = false;
  private closed = false;

  constructor(private readonly dependencies: RosterDependencies) {}

  /** Something is new there. Who speaks is shown at once; the rest soon. */
  handleEvent({ participants, speaking, locked, recorded, paused }: RoomEvent): void {
    const now = this.state.state;
    const immediate = participants !== now.participants?.length || locked !== now.locked || recorded !== now.recorded;
    this.set({ speaking, locked, recorded, paused });
    if (immediate) return void this.refresh();
    if (this.refreshPending) return;
    this.refreshPending = true;
    this.dependencies.schedule(() => {
      this.refreshPending = false;
      if (!this.closed) void this.refresh();
    }, REFRESH_DELAY_MS);
  }

  close(): void {
    this.closed = true;
  }

  change(participant: string, change: ParticipantChange): Promise<void> {
    return this.perform(() => this.dependencies.change(participant, change));
  }

  remove(participant: string): Promise<void> {
    return this.perform(() => this.dependencies.remove(participant));
  }

  meeting(change: MeetingChange): Promise<void> {
    return this.perform(() => this.dependencies.meeting(change));
  }

  /** Have the meeting recorded, or no more. */
  record(begin: boolean): Promise<void> {
    return this.perform(() => this.dependencies.record(begin));
  }

  /** Leave out of the recording what is said, or no more. */
  pause(paused: boolean): Promise<void> {
    return this.perform(() => this.dependencies.pause(paused));
  }

  /** Let the room ring a number; false if it does not. */
  async invite(number: string): Promise<boolean> {
    await this.perform(() => this.dependencies.invite(number));
    const ringing = this.state.state.refused === undefined;
    if (ringing) this.set({ invited: number });
    return ringing;
  }

  end(): Promise<void> {
    return this.perform(() => this.dependencies.end());
  }

  private async perform(action: () => Promise<unknown>): Promise<void> {
    this.set({ refused: undefined });
    const refused = await action().then(
      () => undefined,
      (fault: unknown) => asProblem(fault),
    );
    this.set({ refused });
    await this.refresh();
  }

  private async fetch(): Promise<void> {
    if (this.closed) return;
    try {
      const [room, participants] = await Promise.all([this.dependencies.room(), this.dependencies.participants()]);
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
