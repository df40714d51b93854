import { createStore } from '~/core/store';

/** Seconds for which a sign of typing is shown. */
const SHOWN_SECONDS = 6;
/** Seconds between the signs that are sent. */
const SENT_SECONDS = 4;

export interface TypingDependencies {
  send(conversation: string): Promise<unknown>;
  now(): number;
  /** Call a function after some seconds. */
  after(seconds: number, work: () => void): void;
}

/** Members who are writing at this moment, by conversation. Nothing of it is stored. */
export class Typing {
  readonly writers = createStore<Readonly<Record<string, readonly string[]>>>({});
  private until = new Map<string, number>();
  private sentAt = new Map<string, number>();

  constructor(private readonly dependencies: TypingDependencies) {}

  /** The user has typed. Sent every few seconds at most. */
  typed(conversation: string): void {
    const now = this.dependencies.now();
    if (now - (this.sentAt.get(conversation) ?? -Infinity) < SENT_SECONDS) return;
    this.sentAt.set(conversation, now);
    // The next one comes if this is lost.
    void this.dependencies.send(conversation).catch(() => undefined);
  }

  /** A member is writing. */
  receive(conversation: string, person: string): void {
    const until = this.dependencies.now() + SHOWN_SECONDS;
    this.until.set(`${conversation} ${person}`, until);
    this.show(conversation, [...this.others(conversation, person), person]);
    this.dependencies.after(SHOWN_SECONDS, () => {
      if (this.until.get(`${conversation} ${person}`) === until) this.stopped(conversation, person);
    });
  }

  /** A member has sent what they wrote, or has stopped. */
  stopped(conversation: string, person: string): void {
    this.until.delete(`${conversation} ${person}`);
    if (this.writers.state[conversation]?.includes(person)) this.show(conversation, this.others(conversation, person));
  }

  /** Clear on sign-out. */
  clear(): void {
    this.until = new Map();
    this.sentAt = new Map();
    this.writers.setState(() => ({}));
  }

  private others(conversation: string, person: string): readonly string[] {
    return (this.writers.state[conversation] ?? []).filter((each) => each !== person);
  }

  private show(conversation: string, people: readonly string[]): void {
    this.writers.setState((before) => ({ ...before, [conversation]: people }));
  }
}
