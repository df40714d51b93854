import { api } from '~/api';
import { asProblem } from '~/core/problem';
import { createStore } from '~/core/store';
import { SignInFlow } from './sign-in-flow';
import { storePendingCode, clearPendingCode, type PendingCode } from './pending-code';

/** Why a code cannot be used: used by another device, expired, or none given. */
export type CodeFailure = 'used' | 'expired' | 'none';

const FAILURES: Record<string, CodeFailure> = { sign_in_code_used: 'used', sign_in_code_expired: 'expired' };

/** Sign-in with a code that was scanned or came with a link. */
export class CodeSignInModel {
  readonly failure = createStore<{ reason?: CodeFailure }>({});

  constructor(
    private pending: PendingCode | undefined,
    private readonly server: Pick<typeof api, 'signInByCode'> = api,
    readonly flow = new SignInFlow(),
  ) {
    if (!pending) this.failure.setState(() => ({ reason: 'none' }));
  }

  /** Whether to sign in without asking. */
  get confirmed(): boolean {
    return this.pending?.confirmed ?? false;
  }

  get suggestedName(): string {
    return this.flow.device.name;
  }

  /** Repeatable after a lost response: same device, same secret. */
  async signIn(name: string): Promise<void> {
    const { pending } = this;
    if (!pending) return;
    await this.flow.authenticate((who) => {
      const device = { ...who.device, name: name.trim().slice(0, 60) || who.device.name };
      return this.server.signInByCode({ body: { ...who, device, code: pending.code, device_secret: pending.secret } });
    });
    const { fault } = this.flow.state.state;
    const reason = fault === undefined ? undefined : FAILURES[asProblem(fault).code];
    if (reason) this.failure.setState(() => ({ reason }));
    if (reason || fault === undefined) clearPendingCode();
  }

  /** Keep the code as confirmed while the current user is signed out. */
  confirm(): void {
    if (this.pending) this.pending = storePendingCode(this.pending.code, true);
  }
}
