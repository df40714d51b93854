import { api, type Mailbox, type MailboxChange } from '~/api';
import { createStore } from '~/core/store';
import { withOldMessagesChoice, type DecideOldMessages } from './old-messages';

export interface MailboxState {
  mailbox?: Mailbox;
  /** A change is in progress. */
  busy: boolean;
  fault: unknown;
  /** Why the PIN was not set or removed. */
  pinFault?: unknown;
  /** Confirmation to show. */
  done?: 'pin' | 'no-pin';
}

/** 4 to 12 digits. */
export function isValidPin(pin: string): boolean {
  return /^[0-9]{4,12}$/.test(pin);
}

/** Settings of the mailbox of one extension. `tenant`: as administrator. */
export class MailboxModel {
  readonly state = createStore<MailboxState>({ busy: false, fault: undefined });

  constructor(
    private readonly extension: string,
    private readonly tenant: string | undefined,
    private readonly decide: DecideOldMessages,
    private readonly server: Pick<typeof api, 'showMailbox' | 'changeMailbox'> = api,
  ) {}

  async load(): Promise<void> {
    await this.#run(() => this.server.showMailbox(this.#target));
  }

  /** Optimistic update, reverted if refused; then it returns false. */
  async change(body: MailboxChange, place?: 'pinFault'): Promise<boolean> {
    const before = this.state.state.mailbox;
    const { pin: _pin, ...shown } = body;
    if (before) this.#set({ mailbox: { ...before, ...(shown as Partial<Mailbox>) } });
    const applied = await this.#run(
      () =>
        withOldMessagesChoice(
          (old_messages) => this.server.changeMailbox({ ...this.#target, body: { ...body, old_messages } }),
          this.decide,
        ),
      place,
    );
    if (!applied) this.#set({ mailbox: before });
    return applied;
  }

  /** Empty removes the PIN. */
  async setPin(setPin: string): Promise<void> {
    const applied = await this.change({ pin: setPin }, 'pinFault');
    if (applied) this.#set({ done: setPin ? 'pin' : 'no-pin' });
  }

  get #target() {
    return { path: { extension: this.extension }, query: { tenant: this.tenant } };
  }

  /** False if refused or cancelled. */
  async #run(
    work: () => Promise<{ data: Mailbox } | undefined>,
    place: 'fault' | 'pinFault' = 'fault',
  ): Promise<boolean> {
    this.#set({ busy: true, fault: undefined, pinFault: undefined, done: undefined });
    try {
      const answer = await work();
      if (answer) this.#set({ mailbox: answer.data });
      return answer !== undefined;
    } catch (fault) {
      this.#set({ [place]: fault });
      return false;
    } finally {
      this.#set({ busy: false });
    }
  }

  #set(change: Partial<MailboxState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
