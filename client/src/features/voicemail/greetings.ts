import { api, type Greeting } from '~/api';
import { createStore } from '~/core/store';
import { recordClip, type ClipRecording } from '~/media/record-clip';

export type Kind = Greeting['kind'];
/** Greetings of every mailbox. */
export const KINDS: readonly Kind[] = ['no_answer', 'busy', 'temporary'];
/** Greetings of states of presence, which only the mailbox of an extension has. */
export const STATE_KINDS = ['do_not_disturb', 'away', 'lunch', 'trip', 'off_work'] as const satisfies readonly Kind[];
export const ALL_KINDS: readonly Kind[] = [...KINDS, ...STATE_KINDS];

export interface GreetingsState {
  /** Undefined until loaded. */
  greetings?: Greeting[];
  /** The recording in progress; `since`: epoch milliseconds at which it started. */
  recording?: { kind: Kind; until?: Date; since?: number };
  /** The recording that the server does not have yet. */
  unsaved?: { kind: Kind; until?: Date; body: Blob };
  /** Why it was not saved. */
  unsavedFault?: unknown;
  busy: boolean;
  /** Incremented by each change, so that cached audio is reloaded. */
  version: number;
  fault: unknown;
  /** Why no greeting was made of a text. */
  textFault?: unknown;
}

type GreetingsApi = Pick<typeof api, 'listGreetings' | 'putGreeting' | 'putGreetingText' | 'deleteGreeting'>;

type Place = 'fault' | 'textFault' | 'unsavedFault';

/** Maximum length of a greeting in milliseconds. */
const MAX_LENGTH_MS = 120_000;

/** Greetings of one mailbox: recorded, uploaded or synthesized. */
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

  /** `until`: end of a temporary greeting. */
  async record(kind: Kind, until?: Date): Promise<void> {
    const recording = { kind, until };
    this.#set({ fault: undefined, recording });
    try {
      const clip = await this.startClip();
      // Left or discarded while the browser asked for the microphone.
      if (this.#closed || this.state.state.recording !== recording) return clip.cancel();
      this.#clip = clip;
      this.#set({ recording: { ...recording, since: Date.now() } });
      this.#limit = setTimeout(() => void this.stop(), MAX_LENGTH_MS);
    } catch (fault) {
      this.#set({ fault, recording: undefined });
    }
  }

  /** Stop and save. */
  async stop(): Promise<void> {
    const { recording } = this.state.state;
    const clip = this.#release();
    if (!recording || !clip) return;
    const { kind, until } = recording;
    const ended = await this.#attempt(async () => this.#set({ unsaved: { kind, until, body: await clip.stop() } }));
    if (ended) await this.save();
  }

  cancel(): void {
    this.#release()?.cancel();
  }

  /** Save the recording that the server does not have. */
  async save(): Promise<void> {
    const { unsaved, busy } = this.state.state;
    if (!unsaved || busy) return;
    const saved = await this.#attempt(() => this.#put(unsaved.kind, unsaved.body, unsaved.until), 'unsavedFault');
    if (!saved) return;
    this.discard();
    await this.load();
  }

  /** Drop the recording that the server does not have. */
  discard(): void {
    this.#set({ unsaved: undefined, unsavedFault: undefined });
  }

  /** The network is back: do what has failed without it. */
  async resume(): Promise<void> {
    if (!this.state.state.greetings) await this.load();
    await this.save();
  }

  upload(kind: Kind, file: Blob, until?: Date): Promise<boolean> {
    return this.#run(() => this.#put(kind, file, until));
  }

  synthesize(kind: Kind, text: string, language: 'en' | 'de', until?: Date): Promise<boolean> {
    const query = { tenant: this.tenant, until: until?.toISOString() };
    const body = { text, language };
    return this.#run(() => this.server.putGreetingText({ path: this.#path(kind), query, body }), 'textFault');
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

  /** Run an action, then reload. False if refused. */
  #run(work: () => Promise<unknown>, place?: Place): Promise<boolean> {
    return this.#attempt(async () => {
      await work();
      const { data } = await this.server.listGreetings({
        path: { mailbox: this.mailbox },
        query: { tenant: this.tenant },
      });
      this.#set({ greetings: data.items, version: this.state.state.version + 1 });
    }, place);
  }

  /** Run an action, and report in this place that it has failed. */
  async #attempt(work: () => Promise<unknown>, place: Place = 'fault'): Promise<boolean> {
    this.#set({ busy: true, fault: undefined, textFault: undefined, unsavedFault: undefined });
    try {
      await work();
      return true;
    } catch (fault) {
      this.#set({ [place]: fault });
      return false;
    } finally {
      this.#set({ busy: false });
    }
  }

  #set(change: Partial<GreetingsState>): void {
    if (!this.#closed) this.state.setState((before) => ({ ...before, ...change }));
  }
}

/** Fetch a greeting. */
export async function fetchGreeting(
  mailbox: string,
  kind: Kind,
  format: 'ogg' | 'wav',
  tenant?: string,
): Promise<Blob> {
  const query = { tenant, format };
  return (await api.hearGreeting({ path: { mailbox, kind }, query, parseAs: 'blob' })).data as Blob;
}
