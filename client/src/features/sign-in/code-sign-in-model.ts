import { api } from '~/api';
import { asProblem } from '~/core/problem';
import { createStore } from '~/core/store';
import { SignInFlow } from './sign-in-flow';
import { storePendingCode, clearPendingCode, type PendingCode } from './pending-code';

/** Why a code leads nowhere: used by another device, too old, or none was brought. */
export type CodeFailure = 'used' | 'expired' | 'none';

const FAILURES: Record<string, CodeFailure> = { sign_in_code_used: 'used', sign_in_code_expired: 'expired' };

/** Signing in with a code, scanned here or brought by a link. */
export class CodeSignInModel {
  readonly failure = createStore<{ reason?: CodeFailure }>({});

  constructor(
    private pending: PendingCode | undefined,
    private readonly server: Pick<typeof api, 'signInByCode'> = api,
    readonly flow = new SignInFlow(),
  ) {
    if (!pending) this.failure.setState(() => ({ reason: 'none' }));
  }

  /** Whether to sign in without another question. */
  get confirmed(): boolean {
    return this.pending?.confirmed ?? false;
  }

  get suggestedName(): string {
    return this.flow.device.name;
  }

  /** Once, or again after an answer was lost: the same device with the same secret. */
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

  /** The one who is signed in goes first; the code stays, and is meant now. */
  confirm(): void {
    if (this.pending) this.pending = storePendingCode(this.pending.code, true);
  }
}
