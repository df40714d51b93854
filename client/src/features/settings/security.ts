import { api, type Factor, type TotpBegun } from '~/api';
import { passkeys, type Passkeys } from '~/core/passkeys';
import { createStore } from '~/core/store';
import { StepUp } from './step-up';

export interface SecurityState {
  factors: Factor[] | undefined;
  /** An authenticator app being set up. */
  totp?: TotpBegun;
  /** Shown once. */
  recoveryCodes?: string[];
  busy: boolean;
  fault: unknown;
  /** Why the password was not changed. */
  passwordFault?: unknown;
  /** Whether single sign-on is linked; undefined until loaded. */
  linked?: boolean;
  /** The password was just changed. */
  changed: boolean;
}

type SecurityServer = Pick<
  typeof api,
  | 'listFactors'
  | 'beginTotp'
  | 'confirmTotp'
  | 'removeFactor'
  | 'passkeyOptions'
  | 'addPasskey'
  | 'renewRecoveryCodes'
  | 'changeOwnPassword'
  | 'linkSingleSignOn'
  | 'showOwnSingleSignOn'
  | 'unlinkSingleSignOn'
>;

/** The user's password and second factors. */
export class SecurityModel {
  readonly state = createStore<SecurityState>({ factors: undefined, busy: false, fault: undefined, changed: false });

  constructor(
    private readonly server: SecurityServer = api,
    readonly stepUp = new StepUp(),
    private readonly keys: Passkeys = passkeys,
    private readonly navigate: (url: string) => void = (url) => location.assign(url),
  ) {}

  get passkeysSupported(): boolean {
    return this.keys.supported;
  }

  load(): Promise<void> {
    return this.#run(async () => this.#loadFactors());
  }

  beginTotp(name: string): Promise<void> {
    return this.#run(async () => {
      const begun = await this.stepUp.run(() => this.server.beginTotp({ body: { name } }));
      if (begun) this.#set({ totp: begun.data });
    });
  }

  confirmTotp(code: string): Promise<void> {
    return this.#run(async () => {
      const { totp } = this.state.state;
      if (!totp) return;
      const given = { path: { factor_id: totp.id }, body: { code: code.replaceAll(/\s/g, '') } };
      const added = await this.stepUp.run(() => this.server.confirmTotp(given));
      if (!added) return;
      this.#set({ totp: undefined });
      await this.#factorAdded(added.data.recovery_codes);
    });
  }

  cancelTotp(): void {
    this.#set({ totp: undefined, fault: undefined });
  }

  addPasskey(name: string): Promise<void> {
    return this.#run(async () => {
      const options = await this.stepUp.run(() => this.server.passkeyOptions());
      const credential = options && (await this.keys.make(options.data));
      if (!credential) return;
      const { data } = await this.server.addPasskey({ body: { name, credential } });
      await this.#factorAdded(data.recovery_codes);
    });
  }

  remove(factor: Factor): Promise<void> {
    return this.#run(async () => {
      await this.stepUp.run(() => this.server.removeFactor({ path: { factor_id: factor.id } }));
      await this.#loadFactors();
    });
  }

  renewRecoveryCodes(): Promise<void> {
    return this.#run(async () => {
      const renewed = await this.stepUp.run(() => this.server.renewRecoveryCodes());
      if (renewed) this.#set({ recoveryCodes: renewed.data.recovery_codes });
    });
  }

  /** The user has saved them. */
  clearRecoveryCodes(): void {
    this.#set({ recoveryCodes: undefined });
  }

  async changePassword(current: string, password: string): Promise<void> {
    this.#set({ changed: false });
    await this.#run(async () => {
      await this.server.changeOwnPassword({ body: { current, password } });
      this.#set({ changed: true });
    }, 'passwordFault');
  }

  /** Navigate to the provider of the tenant to link it. */
  link(): Promise<void> {
    return this.#run(async () => {
      const begun = await this.stepUp.run(() => this.server.linkSingleSignOn());
      if (begun) this.navigate(begun.data.url);
    });
  }

  /** Load whether single sign-on is linked. */
  loadLink(): Promise<void> {
    return this.#run(async () => this.#set({ linked: (await this.server.showOwnSingleSignOn()).data.linked }));
  }

  unlink(): Promise<void> {
    return this.#run(async () => {
      const unlinked = await this.stepUp.run(() => this.server.unlinkSingleSignOn());
      if (unlinked) this.#set({ linked: false });
    });
  }

  async #factorAdded(recoveryCodes: string[]): Promise<void> {
    if (recoveryCodes.length) this.#set({ recoveryCodes });
    await this.#loadFactors();
  }

  async #loadFactors(): Promise<void> {
    const { data } = await this.server.listFactors();
    this.#set({ factors: data.items });
  }

  #set(change: Partial<SecurityState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }

  async #run(work: () => Promise<void>, place: 'fault' | 'passwordFault' = 'fault'): Promise<void> {
    if (this.state.state.busy) return;
    this.#set({ busy: true, fault: undefined, passwordFault: undefined });
    try {
      await work();
    } catch (fault) {
      this.#set({ [place]: fault });
    } finally {
      this.#set({ busy: false });
    }
  }
}
