import { api, type Mailbox, type MailboxChange } from '~/api';
import { createStore } from '~/kernel/store';
import { settled, type Decides } from './old-messages';

export interface MailboxState {
  mailbox?: Mailbox;
  /** A change is on its way. */
  busy: boolean;
  fault: unknown;
  /** What was just done, to be said. */
  done?: 'pin' | 'no-pin';
}

/** 4 to 12 digits, as keys of a telephone. */
export function goodPin(pin: string): boolean {
  return /^[0-9]{4,12}$/.test(pin);
}

/** How the mailbox of one extension is set up. `tenant`: as its administrator. */
export class MailboxModel {
  readonly state = createStore<MailboxState>({ busy: false, fault: undefined });

  constructor(
    private readonly extension: string,
    private readonly tenant: string | undefined,
    private readonly decide: Decides,
    private readonly server: Pick<typeof api, 'showMailbox' | 'changeMailbox'> = api,
  ) {}

  async load(): Promise<void> {
    await this.#do(() => this.server.showMailbox(this.#which));
  }

  /** Shown as asked for at once; as it was, if that is refused. */
  async change(body: MailboxChange): Promise<void> {
    const before = this.state.state.mailbox;
    const { pin: _pin, ...shown } = body;
    if (before) this.#set({ mailbox: { ...before, ...(shown as Partial<Mailbox>) } });
    const done = await this.#do(() =>
      settled(
        (old_messages) => this.server.changeMailbox({ ...this.#which, body: { ...body, old_messages } }),
        this.decide,
      ),
    );
    if (!done) this.#set({ mailbox: before });
  }

  /** Empty takes it away. */
  async pin(pin: string): Promise<void> {
    await this.change({ pin });
    if (!this.state.state.fault) this.#set({ done: pin ? 'pin' : 'no-pin' });
  }

  get #which() {
    return { path: { extension: this.extension }, query: { tenant: this.tenant } };
  }

  /** False if it was not done: refused, or somebody thought better of it. */
  async #do(work: () => Promise<{ data: Mailbox } | undefined>): Promise<boolean> {
    this.#set({ busy: true, fault: undefined, done: undefined });
    try {
      const answer = await work();
      if (answer) this.#set({ mailbox: answer.data });
      return answer !== undefined;
    } catch (fault) {
      this.#set({ fault });
      return false;
    } finally {
      this.#set({ busy: false });
    }
  }

  #set(change: Partial<MailboxState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
