import { api, type Greeting } from '~/api';
import { createStore } from '~/core/store';
import { recordClip, type ClipRecording } from '~/media/record-clip';

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

type GreetingsApi = Pick<typeof api, 'listGreetings' | 'putGreeting' | 'putGreetingText' | 'deleteGreeting'>;

/** A greeting lasts so long at most, milliseconds. */
const MAX_LENGTH_MS = 120_000;

/** The greetings of one mailbox: recorded here, brought as a file, or written and spoken by the system's voice. */
export class Greetings {
  readonly state = createStore<GreetingsState>({ busy: false, version: 0, fault: undefined });
  #clip?: ClipRecording;
  #limit?: ReturnType<typeof setTimeout>;
  #closed = false;

  constructor(
    private readonly mailbox: string,
    private readonly tenant?: string,
    private readonly server: GreetingsApi = api,
    private readonly startClip: () => Promise<ClipRecording> = recordClip,
  ) {}

  load(): Promise<boolean> {
    return this.#run(async () => undefined);
  }

  find(kind: Kind): Greeting | undefined {
    return this.state.state.greetings?.find((each) => each.kind === kind);
  }

  /** `until`: when a temporary one is over. */
  async record(kind: Kind, until?: Date): Promise<void> {
    this.#set({ fault: undefined, recording: { kind, until } });
    try {
      const clip = await this.startClip();
      if (this.#closed) return clip.cancel();
      this.#clip = clip;
      this.#set({ recording: { kind, until, since: Date.now() } });
      this.#limit = setTimeout(() => void this.stop(), MAX_LENGTH_MS);
    } catch (fault) {
      this.#set({ fault, recording: undefined });
    }
  }

  /** That is all: use it. */
  async stop(): Promise<void> {
    const { recording } = this.state.state;
    const clip = this.#release();
    if (!recording || !clip) return;
    await this.#run(async () => this.#put(recording.kind, await clip.stop(), recording.until));
  }

  cancel(): void {
    this.#release()?.cancel();
  }

  upload(kind: Kind, file: Blob, until?: Date): Promise<boolean> {
    return this.#run(() => this.#put(kind, file, until));
  }

  synthesize(kind: Kind, text: string, language: 'en' | 'de', until?: Date): Promise<boolean> {
    const query = { tenant: this.tenant, until: until?.toISOString() };
    return this.#run(() => this.server.putGreetingText({ path: this.#path(kind), query, body: { text, language } }));
  }

  remove(kind: Kind): Promise<boolean> {
    return this.#run(() => this.server.deleteGreeting({ path: this.#path(kind), query: { tenant: this.tenant } }));
  }

  close(): void {
    this.#closed = true;
    this.cancel();
  }

  #put(kind: Kind, body: Blob, until?: Date) {
    const query = { tenant: this.tenant, until: until?.toISOString() };
    return this.server.putGreeting({ path: this.#path(kind), query, body });
  }

  #path(kind: Kind) {
    return { mailbox: this.mailbox, kind };
  }

  #release(): ClipRecording | undefined {
    const clip = this.#clip;
    clearTimeout(this.#limit);
    this.#clip = undefined;
    this.#set({ recording: undefined });
    return clip;
  }

  /** Do something, then see how it is. False if it was refused. */
  async #run(work: () => Promise<unknown>): Promise<boolean> {
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
export async function fetchGreeting(
  mailbox: string,
  kind: Kind,
  format: 'ogg' | 'wav',
  tenant?: string,
): Promise<Blob> {
  const query = { tenant, format };
  return (await api.hearGreeting({ path: { mailbox, kind }, query, parseAs: 'blob' })).data as Blob;
}
