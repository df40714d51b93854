import type { MeetingChange, Participant, ParticipantChange, Room } from '~/api';
import { asProblem, type Problem } from '~/core/problem';
import { coalesce } from '~/core/coalesce';
import type { Reaction } from '~/api/events';
import { createStore } from '~/core/store';

export interface RosterState {
  /** In order of joining; undefined until loaded. */
  participants?: Participant[];
  /** Participant id of the current speaker. */
  speaking: string | null;
  locked: boolean;
  allMuted: boolean;
  /** Active, or being announced. */
  recorded: boolean;
  /** Video is recorded too. */
  videoRecorded: boolean;
  /** The recording is paused. */
  paused: boolean;
  /** There are live captions. */
  captioned: boolean;
  /** Hosts can switch captions on. */
  mayCaption: boolean;
  /** Hosts may record. */
  mayRecord: boolean;
  /** The number invited last, until it joins. */
  invited?: string;
  /** Why the list could not be loaded. */
  fault?: Problem;
  /** Why an action failed. */
  refused?: Problem;
}

/** Room event pushed by the server. */
export interface RoomEvent {
  participants: number;
  speaking: string | null;
  locked: boolean;
  recorded: boolean;
  video_recorded?: boolean;
  captioned?: boolean;
  paused: boolean;
  raised_hand?: readonly string[];
  reactions?: Readonly<Record<string, Reaction>>;
  /** Mark of the list of participants. */
  roster?: string;
}

export interface RosterDependencies {
  room(): Promise<Room>;
  participants(): Promise<Participant[]>;
  change(participant: string, change: ParticipantChange): Promise<unknown>;
  remove(participant: string): Promise<unknown>;
  meeting(change: MeetingChange): Promise<unknown>;
  record(begin: boolean, video: boolean): Promise<unknown>;
  pause(paused: boolean): Promise<unknown>;
  invite(number: string): Promise<unknown>;
  end(): Promise<unknown>;
  schedule(task: () => void, milliseconds: number): unknown;
}

/** Delay before refetching if no participant joined or left, milliseconds: hundreds of clients receive the same event. */
const REFRESH_DELAY_MS = 2_000;

/** Participants of a room and the host actions. */
export class Roster {
  readonly state = createStore<RosterState>({
    speaking: null,
    locked: false,
    allMuted: false,
    recorded: false,
    videoRecorded: false,
    paused: false,
    captioned: false,
    mayCaption: false,
    mayRecord: false,
  });
  /** Refetch. */
  readonly refresh = coalesce(() => this.fetch());
  private refreshPending = false;
  private closed = false;
  /** Mark of the list that is fetched, or about to be. */
  private listed?: string;

  constructor(private readonly dependencies: RosterDependencies) {}

  /** Handle a room event. The speaker is shown at once; the rest is refetched soon, if it has changed. */
  handleEvent({
    participants,
    speaking,
    locked,
    recorded,
    video_recorded: videoRecorded = false,
    captioned = false,
    paused,
    raised_hand: raisedHand,
    reactions = {},
    roster,
  }: RoomEvent): void {
    const now = this.state.state;
    if (raisedHand) {
      const shown = (each: Participant) => ({
        ...each,
        hand: raisedHand.includes(each.id),
        reaction: reactions[each.id] ?? null,
      });
      this.set({ participants: now.participants?.map(shown) });
    }
    const immediate = participants !== now.participants?.length || locked !== now.locked || recorded !== now.recorded;
    this.set({ speaking, locked, recorded, videoRecorded, captioned, paused });
    if (roster !== undefined && roster === this.listed) return;
    this.listed = roster;
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

  /** Admit a guest from the lobby. */
  admit(participant: string): Promise<void> {
    return this.change(participant, { admitted: true });
  }

  /** Start or stop recording, with or without video. */
  record(begin: boolean, video = false): Promise<void> {
    return this.perform(() => this.dependencies.record(begin, video));
  }

  /** Pause or resume recording. */
  pause(paused: boolean): Promise<void> {
    return this.perform(() => this.dependencies.pause(paused));
  }

  /** Call a number into the room; false on failure. */
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
        videoRecorded: room.meeting?.video_recorded ?? false,
        paused: room.meeting?.recording_paused ?? false,
        captioned: room.meeting?.captioned ?? false,
        mayCaption: room.meeting?.captions_need === '',
        mayRecord: room.may_record,
        fault: undefined,
      });
    } catch (fault) {
      this.listed = undefined;
      const problem = asProblem(fault);
      // The conference has ended or the user has left it: the call is about to end too.
      if (problem.status === 403 && this.state.state.participants) return;
      this.set({ fault: problem });
    }
  }

  private set(change: Partial<RosterState>): void {
    if (!this.closed) this.state.setState((before) => ({ ...before, ...change }));
  }
}
