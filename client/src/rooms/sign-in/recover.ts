import { api } from '~/api';
import type { Language } from '~/kernel/language';
import { asProblem } from '~/kernel/problem';
import { createStore } from '~/kernel/store';
import { Entry } from './entry';

/** `ask`: for a link. `asked`: said the same whether or not there is such an account. `finish`: a link brought a code. */
export interface Recovery {
  at: 'ask' | 'asked' | 'finish' | 'over';
  busy: boolean;
  fault: unknown;
}

/** The way back in without a password: ask for a link, then set a new password with it. */
export class RecoverModel {
  readonly state = createStore<Recovery>({ at: 'ask', busy: false, fault: undefined });

  constructor(
    private readonly code: string,
    private readonly server: Pick<typeof api, 'askRecovery' | 'finishRecovery'> = api,
    readonly entry = new Entry(),
  ) {
    if (code) this.#set({ at: 'finish' });
  }

  async ask(email: string, language: Language, tenant?: string): Promise<void> {
    if (this.state.state.busy) return;
    this.#set({ busy: true, fault: undefined });
    try {
      await this.server.askRecovery({ body: { email: email.trim(), language, ...(tenant ? { tenant } : {}) } });
      this.#set({ at: 'asked' });
    } catch (fault) {
      this.#set({ fault });
    }
    this.#set({ busy: false });
  }

  async finish(password: string): Promise<void> {
    await this.entry.enter((who) => this.server.finishRecovery({ body: { code: this.code, password, ...who } }));
    const { fault } = this.entry.state.state;
    if (fault !== undefined && asProblem(fault).code === 'recovery_over') this.#set({ at: 'over' });
  }

  askAgain(): void {
    this.#set({ at: 'ask' });
  }

  #set(change: Partial<Recovery>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
