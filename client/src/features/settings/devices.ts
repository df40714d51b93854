import { api, type Session } from '~/api';
import { createStore } from '~/core/store';

export interface DevicesState {
  sessions: Session[] | undefined;
  fault: unknown;
  /** The session being ended, or all others. */
  ending?: string | 'others';
}

/** The user's sessions: this device first, then by last use. */
export class DevicesModel {
  readonly state = createStore<DevicesState>({ sessions: undefined, fault: undefined });

  constructor(
    private readonly server: Pick<typeof api, 'listSessions' | 'revokeSession' | 'revokeOtherSessions'> = api,
  ) {}

  load(): Promise<void> {
    return this.#do(undefined, () => Promise.resolve());
  }

  /** Sign a device out: ends its session, SIP registration and push, and wipes its local data. */
  end(session: Session): Promise<void> {
    return this.#do(session.id, () => this.server.revokeSession({ path: { session_id: session.id } }));
  }

  endOthers(): Promise<void> {
    return this.#do('others', () => this.server.revokeOtherSessions());
  }

  async #do(ending: string | undefined, work: () => Promise<unknown>): Promise<void> {
    this.#set({ ending, fault: undefined });
    try {
      await work();
      const { data } = await this.server.listSessions();
      this.#set({ sessions: sorted(data.items) });
    } catch (fault) {
      this.#set({ fault });
    }
    this.#set({ ending: undefined });
  }

  #set(change: Partial<DevicesState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}

function sorted(sessions: readonly Session[]): Session[] {
  return [...sessions].sort(
    (one, other) =>
      Number(other.current) - Number(one.current) ||
      other.last_used.localeCompare(one.last_used) ||
      other.created.localeCompare(one.created),
  );
}
