import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';

/** A message that the server has not confirmed yet. */
export interface Outgoing {
  /** Makes it one message, however often it is sent. */
  client_id: string;
  conversation_id: string;
  text: string;
  reply_to?: string;
  /** Ids of the members mentioned. */
  mentions?: string[];
  created: string;
  /** Sent encrypted end to end; chosen when it was written, so that no other way of sending can be taken. */
  encrypted?: boolean;
  /** The server has refused it: it is sent again only on request. */
  refused?: boolean;
  /** Reason of the refusal. */
  reason?: Pick<Problem, 'code' | 'status' | 'message' | 'hint'>;
  /** It is sent once all of them have arrived. */
  files?: OutgoingFile[];
}

/** A file of a message that waits; its bytes are stored on the device under its id. */
export interface OutgoingFile {
  id: string;
  name: string;
  size: number;
  /** Media type, as the device sees it. */
  type: string;
  /** Length in seconds and peak levels, 0 to 100, of a recorded message. */
  voice?: { seconds: number; peaks: number[] };
  /** Key in base64 with which the stored bytes are encrypted, for an encrypted conversation. */
  key?: string;
  /** Pixels of an encrypted photo. */
  width?: number;
  height?: number;
  /** A small JPEG of it, in base64. */
  thumbnail?: string;
  /** Where its upload continues. */
  address?: string;
  /** Id on the server, once it has arrived. */
  attachment?: string;
}

export interface OutboxDependencies<Sent> {
  load(): Promise<Outgoing[]>;
  save(messages: Outgoing[]): Promise<void>;
  /** Run work alone among all tabs. Locks with different names are independent. */
  lock<T>(name: string, work: () => Promise<T>): Promise<T>;
  send(message: Outgoing): Promise<Sent>;
  /** The server has confirmed a message. */
  sent(message: Sent): void;
  /** The device waits to be added to an encrypted conversation. */
  waits?(conversation: string): void;
  /** Resolve after some seconds, or earlier if the network may be back. */
  pause(seconds: number): Promise<void>;
}

const STORAGE = 'unificx.outbox';
const SENDING = 'unificx.outbox.sending';
/** Seconds before a message is sent again after a fault of the server. */
const RETRY_SECONDS = 5;
const MAX_RETRY_SECONDS = 60;

/** Refused for what it is, so that sending it again would change nothing. */
export const isFinal = ({ status }: Problem) => status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);

/** The part of a problem that the device stores. */
export const reasonOf = ({ code, status, message, hint }: Problem) => ({ code, status, message, hint });

const hasArrived = ({ attachment }: OutgoingFile) => attachment !== undefined;

/** The device is not yet in the group of an encrypted conversation. Its messages wait, and others do not. */
export const DEVICE_WAITS = 'device_waits';

/**
 * The first message that can be sent: its files have arrived, and no earlier one of its conversation waits for files. The
 * conversations in `blocked` wait for something else.
 */
function nextOf(waiting: readonly Outgoing[], blocked: ReadonlySet<string>): Outgoing | undefined {
  const closed = new Set(blocked);
  for (const each of waiting) {
    if (each.refused || closed.has(each.conversation_id)) continue;
    if (each.files?.every(hasArrived) ?? true) return each;
    closed.add(each.conversation_id);
  }
  return undefined;
}

/**
 * Messages written on this device, sent in the order in which they were written.
 *
 * They are stored before they are sent and removed once the server has confirmed them. If the confirmation is lost, the
 * message is sent again with the same `client_id`, which the server takes for the same message. One tab sends at a time.
 */
export class Outbox<Sent> {
  readonly waiting = createStore<Outgoing[]>([]);
  private running?: Promise<void>;
  private requested = false;
  private generation = 0;

  constructor(private readonly dependencies: OutboxDependencies<Sent>) {}

  /** Show what earlier pages have left, and send it. */
  async open(): Promise<void> {
    await this.refresh();
    await this.flush();
  }

  /** Store a message; it is sent as soon as possible. Resolves once it is stored. */
  async add(message: Outgoing): Promise<void> {
    await this.change((all) => [...all, message]);
    void this.flush();
  }

  /** Send a refused message again, with its files. */
  async retry(clientId: string): Promise<void> {
    await this.update(clientId, ({ refused: _, reason: __, ...each }) => ({
      ...each,
      files: each.files?.map(({ attachment: ___, ...file }) => file),
    }));
    void this.flush();
  }

  /** Change a message that waits. */
  async update(clientId: string, change: (message: Outgoing) => Outgoing): Promise<void> {
    await this.change((all) => all.map((each) => (each.client_id === clientId ? change(each) : each)));
  }

  /** Remove a message that was not sent. */
  async discard(clientId: string): Promise<void> {
    await this.change((all) => all.filter((each) => each.client_id !== clientId));
  }

  /** Show what another tab has stored or sent. */
  async refresh(): Promise<void> {
    const { generation } = this;
    const all = await this.dependencies.lock(STORAGE, () => this.dependencies.load());
    if (generation === this.generation) this.waiting.setState(() => all);
  }

  /** Send everything that waits. Resolves when nothing is left to send. */
  flush(): Promise<void> {
    this.requested = true;
    this.running ??= this.sendRequested().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Stop and forget on sign-out; the storage is deleted by others. */
  clear(): void {
    this.generation += 1;
    this.running = undefined;
    this.waiting.setState(() => []);
  }

  private async sendRequested(): Promise<void> {
    const { generation } = this;
    while (this.requested && generation === this.generation) {
      this.requested = false;
      await this.dependencies.lock(SENDING, () => this.sendAll(generation));
    }
  }

  private async sendAll(generation: number): Promise<void> {
    let attempts = 0;
    const blocked = new Set<string>();
    while (generation === this.generation) {
      await this.refresh();
      const next = nextOf(this.waiting.state, blocked);
      if (!next || generation !== this.generation) return;
      try {
        const sent = await this.dependencies.send(next);
        if (generation !== this.generation) return;
        attempts = 0;
        await this.change((all) => all.filter((each) => each.client_id !== next.client_id));
        this.dependencies.sent(sent);
      } catch (fault) {
        const problem = asProblem(fault);
        if (generation !== this.generation) return;
        if (isFinal(problem)) {
          await this.update(next.client_id, (each) => ({ ...each, refused: true, reason: reasonOf(problem) }));
        } else if (problem.code === DEVICE_WAITS) {
          blocked.add(next.conversation_id); // tried again once the group has changed
          this.dependencies.waits?.(next.conversation_id);
        } else {
          const wait = Math.min(MAX_RETRY_SECONDS, RETRY_SECONDS * 2 ** attempts);
          attempts += 1;
          await this.dependencies.pause(problem.retryAfter || wait);
        }
      }
    }
  }

  private async change(change: (all: Outgoing[]) => Outgoing[]): Promise<void> {
    const { generation } = this;
    const all = await this.dependencies.lock(STORAGE, async () => {
      const changed = change(await this.dependencies.load());
      // The messages of a user who has signed out meanwhile are not stored for the next one.
      if (generation === this.generation) await this.dependencies.save(changed);
      return changed;
    });
    if (generation === this.generation) this.waiting.setState(() => all);
  }
}
