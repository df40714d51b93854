import { api, type Greeting } from '~/api';
import { createStore } from '~/kernel/store';
import { beginTake, type Take } from '~/media/take';

export type Kind = Greeting['kind'];
export const KINDS: readonly Kind[] = ['no_answer', 'busy', 'temporary'];

export interface GreetingsState {
  /** Absent until the server said. */
  greetings?: Greeting[];
  /** What is being recorded; `since`: from when on it hears, milliseconds of the epoch. */
  recording?: { kind: Kind; until?: Date; since?: number };
  busy: boolean;
  /** Grows with each change, so that what was fetched of an earlier one is not heard. */
  version: number;
  fault: unknown;
}

type Server = Pick<typeof api, 'listGreetings' | 'putGreeting' | 'putGreetingText' | 'deleteGreeting'>;

/** A greeting lasts so long at most, milliseconds. */
const LONGEST_MS = 120_000;

/** The greetings of one mailbox: recorded here, brought as a file, or written and spoken by the system's voice. */
export class Greetings {
  readonly state = createStore<GreetingsState>({ busy: false, version: 0, fault: undefined });
  #take?: Take;
  #limit?: ReturnType<typeof setTimeout>;
  #closed = false;

  constructor(
    private readonly mailbox: string,
    private readonly tenant?: string,
    private readonly server: Server = api,
    private readonly begin: () => Promise<Take> = beginTake,
  ) {}

  load(): Promise<boolean> {
    return this.#do(async () => undefined);
  }

  of(kind: Kind): Greeting | undefined {
    return this.state.state.greetings?.find((each) => each.kind === kind);
  }

  /** `until`: when a temporary one is over. */
  async record(kind: Kind, until?: Date): Promise<void> {
    this.#set({ fault: undefined, recording: { kind, until } });
    try {
      const take = await this.begin();
      if (this.#closed) return take.cancel();
      this.#take = take;
      this.#set({ recording: { kind, until, since: Date.now() } });
      this.#limit = setTimeout(() => void this.stop(), LONGEST_MS);
    } catch (fault) {
      this.#set({ fault, recording: undefined });
    }
  }

  /** That is all: use it. */
  async stop(): Promise<void> {
    const { recording } = this.state.state;
    const take = this.#release();
    if (!recording || !take) return;
    await this.#do(async () => this.#put(recording.kind, await take.stop(), recording.until));
  }

  cancel(): void {
    this.#release()?.cancel();
  }

  bring(kind: Kind, file: Blob, until?: Date): Promise<boolean> {
    return this.#do(() => this.#put(kind, file, until));
  }

  speak(kind: Kind, text: string, language: 'en' | 'de', until?: Date): Promise<boolean> {
    const query = { tenant: this.tenant, until: until?.toISOString() };
    return this.#do(() => this.server.putGreetingText({ path: this.#which(kind), query, body: { text, language } }));
  }

  remove(kind: Kind): Promise<boolean> {
    return this.#do(() => this.server.deleteGreeting({ path: this.#which(kind), query: { tenant: this.tenant } }));
  }

  close(): void {
    this.#closed = true;
    this.cancel();
  }

  #put(kind: Kind, body: Blob, until?: Date) {
    const query = { tenant: this.tenant, until: until?.toISOString() };
    return this.server.putGreeting({ path: this.#which(kind), query, body });
  }

  #which(kind: Kind) {
    return { mailbox: this.mailbox, kind };
  }

  #release(): Take | undefined {
    const take = this.#take;
    clearTimeout(this.#limit);
    this.#take = undefined;
    this.#set({ recording: undefined });
    return take;
  }

  /** Do something, then see how it is. False if it was refused. */
  async #do(work: () => Promise<unknown>): Promise<boolean> {
    this.#set({ busy: true, fault: undefined });
    try {
      await work();
      const { data } = await this.server.listGreetings({
        path: { mailbox: this.mailbox },
        query: { tenant: this.tenant },
      });
      this.#set({ greetings: data.items, version: this.state.state.version + 1 });
      return true;
    } catch (fault) {
      this.#set({ fault });
      return false;
    } finally {
      this.#set({ busy: false });
    }
  }

  #set(change: Partial<GreetingsState>): void {
    if (!this.#closed) this.state.setState((before) => ({ ...before, ...change }));
  }
}

/** A greeting as callers hear it. */
export async function greetingOf(mailbox: string, kind: Kind, format: 'ogg' | 'wav', tenant?: string): Promise<Blob> {
  const query = { tenant, format };
  return (await api.hearGreeting({ path: { mailbox, kind }, query, parseAs: 'blob' })).data as Blob;
}
