import { api } from '~/api';
import type { Language } from '~/core/language';
import { asProblem } from '~/core/problem';
import { createStore } from '~/core/store';
import { SignInFlow } from './sign-in-flow';

/** `ask`: request a link. `asked`: same answer whether or not the account exists. `finish`: a link brought a code. */
export interface RecoveryState {
  step: 'ask' | 'asked' | 'finish' | 'over';
  busy: boolean;
  fault: unknown;
}

/** Account recovery: request a link, then set a new password with it. */
export class RecoverModel {
  readonly state = createStore<RecoveryState>({ step: 'ask', busy: false, fault: undefined });

  constructor(
    private readonly code: string,
    private readonly server: Pick<typeof api, 'askRecovery' | 'finishRecovery'> = api,
    readonly flow = new SignInFlow(),
  ) {
    if (code) this.#set({ step: 'finish' });
  }

  async requestLink(email: string, language: Language, tenant?: string): Promise<void> {
    if (this.state.state.busy) return;
    this.#set({ busy: true, fault: undefined });
    try {
      await this.server.askRecovery({ body: { email: email.trim(), language, ...(tenant ? { tenant } : {}) } });
      this.#set({ step: 'asked' });
    } catch (fault) {
      this.#set({ fault });
    }
    this.#set({ busy: false });
  }

  async finish(password: string): Promise<void> {
    await this.flow.authenticate((context) =>
      this.server.finishRecovery({ body: { code: this.code, password, ...context } }),
    );
    const { fault } = this.flow.state.state;
    if (fault !== undefined && asProblem(fault).code === 'recovery_over') this.#set({ step: 'over' });
  }

  restart(): void {
    this.#set({ step: 'ask' });
  }

  #set(change: Partial<RecoveryState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
