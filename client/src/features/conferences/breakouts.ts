import type { BreakoutRoom, Breakouts, NewBreakouts } from '~/api';
import { coalesce } from '~/core/coalesce';
import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';

export interface BreakoutsState {
  /** Undefined until loaded. */
  main?: BreakoutRoom;
  /** Empty while there are no breakout rooms. */
  rooms: readonly BreakoutRoom[];
  /** People in the lobby of the main room. */
  waiting: number;
  /** The latest line of a host to everyone. */
  text: string;
  /** When everyone returns to the main room, by the clock of this device; undefined before the end. */
  endsAt?: number;
  /** Why an action failed. */
  refused?: Problem;
}

export interface BreakoutsDependencies {
  show(): Promise<Breakouts>;
  open(rooms: NewBreakouts): Promise<unknown>;
  move(participant: string, room: string): Promise<unknown>;
  write(text: string): Promise<unknown>;
  end(): Promise<unknown>;
  /** Admit everyone in the lobby of a room. */
  admitAll(room: string): Promise<unknown>;
  now(): number;
}

/** The breakout rooms of a meeting, as seen from one of its rooms, and the actions of its hosts. */
export class BreakoutRooms {
  readonly state = createStore<BreakoutsState>({ rooms: [], waiting: 0, text: '' });
  readonly refresh = coalesce(() => this.#fetch());
  /** Mark of the rooms that are shown, or about to be; null without rooms, undefined while it is not known. */
  #mark?: string | null;
  #closed = false;

  constructor(private readonly server: BreakoutsDependencies) {}

  /** Handle the mark of an event: the rooms are fetched if they have changed. */
  handleMark(mark: string | null): void {
    if (mark === this.#mark) return;
    this.#mark = mark;
    void this.refresh();
  }

  open(rooms: NewBreakouts): Promise<boolean> {
    return this.#perform(() => this.server.open(rooms));
  }

  move(participant: string, room: string): Promise<boolean> {
    return this.#perform(() => this.server.move(participant, room));
  }

  write(text: string): Promise<boolean> {
    return this.#perform(() => this.server.write(text));
  }

  /** Begin the countdown; the second time, everyone returns at once. */
  end(): Promise<boolean> {
    return this.#perform(() => this.server.end());
  }

  /** Admit everyone in the lobby of the main room. */
  admitAll(): Promise<boolean> {
    const { main } = this.state.state;
    return main ? this.#perform(() => this.server.admitAll(main.id)) : Promise.resolve(false);
  }

  close(): void {
    this.#closed = true;
  }

  async #perform(action: () => Promise<unknown>): Promise<boolean> {
    this.#set({ refused: undefined });
    const refused = await action().then(
      () => undefined,
      (fault: unknown) => asProblem(fault),
    );
    this.#set({ refused });
    await this.refresh();
    return !refused;
  }

  async #fetch(): Promise<void> {
    if (this.#closed) return;
    const found = await this.server.show().catch(() => undefined);
    if (!found) {
      this.#mark = undefined; // not in the meeting yet, or offline: the next event fetches them
      return;
    }
    const { main, rooms, waiting, text, seconds_left: left } = found;
    this.#set({ main, rooms, waiting, text, endsAt: left === null ? undefined : this.server.now() + left * 1000 });
  }

  #set(change: Partial<BreakoutsState>): void {
    if (!this.#closed) this.state.setState((before) => ({ ...before, ...change }));
  }
}

/** The names in a list that is separated by commas, without empty and equal ones. */
export function namesIn(list: string): string[] {
  const names = list.split(',').map((each) => each.trim());
  return names.filter(
    (each, index) => each && names.findIndex((one) => one.toLowerCase() === each.toLowerCase()) === index,
  );
}

/** The request for rooms with these names. `assigned`: the name of the room by participant; others are left out. */
export function newBreakouts(
  names: readonly string[],
  assigned: Readonly<Record<string, string>>,
  distribute: boolean,
): NewBreakouts {
  const of = (name: string) => Object.keys(assigned).filter((participant) => assigned[participant] === name);
  return { rooms: names.map((name) => ({ name, participants: of(name) })), distribute };
}
