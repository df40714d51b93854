import { api } from '~/api';
import { asProblem } from '~/kernel/problem';
import { createStore } from '~/kernel/store';
import { Entry } from './entry';
import { hold, letGo, type Held } from './held';

/** Why a code leads nowhere: used by another device, too old, or none was brought. */
export type DeadEnd = 'used' | 'expired' | 'none';

const ENDS: Record<string, DeadEnd> = { sign_in_code_used: 'used', sign_in_code_expired: 'expired' };

/** Signing in with a code, scanned here or brought by a link. */
export class ByCodeModel {
  readonly end = createStore<{ why?: DeadEnd }>({});

  constructor(
    private held: Held | undefined,
    private readonly server: Pick<typeof api, 'signInByCode'> = api,
    readonly entry = new Entry(),
  ) {
    if (!held) this.end.setState(() => ({ why: 'none' }));
  }

  /** Whether to sign in without another question. */
  get meant(): boolean {
    return this.held?.meant ?? false;
  }

  get suggestedName(): string {
    return this.entry.device.name;
  }

  /** Once, or again after an answer was lost: the same device with the same secret. */
  async signIn(name: string): Promise<void> {
    const { held } = this;
    if (!held) return;
    await this.entry.enter((who) => {
      const device = { ...who.device, name: name.trim().slice(0, 60) || who.device.name };
      return this.server.signInByCode({ body: { ...who, device, code: held.code, device_secret: held.secret } });
    });
    const { fault } = this.entry.state.state;
    const why = fault === undefined ? undefined : ENDS[asProblem(fault).code];
    if (why) this.end.setState(() => ({ why }));
    if (why || fault === undefined) letGo();
  }

  /** The one who is signed in goes first; the code stays, and is meant now. */
  keep(): void {
    if (this.held) this.held = hold(this.held.code, true);
  }
}
