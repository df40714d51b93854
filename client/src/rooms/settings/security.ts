import { api, type Factor, type TotpBegun } from '~/api';
import { passkeys, type Passkeys } from '~/kernel/passkeys';
import { createStore } from '~/kernel/store';
import { Proof } from './proof';

export interface SecurityState {
  factors: Factor[] | undefined;
  /** An authenticator app that is being set up. */
  totp?: TotpBegun;
  /** Shown this once. */
  codes?: string[];
  busy: boolean;
  fault: unknown;
  /** Whether the organisation's provider lets one in here; absent until the server said. */
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

/** One's password and second factors. */
export class SecurityModel {
  readonly state = createStore<SecurityState>({ factors: undefined, busy: false, fault: undefined, changed: false });

  constructor(
    private readonly server: SecurityServer = api,
    readonly proof = new Proof(),
    private readonly keys: Passkeys = passkeys,
    private readonly go: (url: string) => void = (url) => location.assign(url),
  ) {}

  get passkeysHere(): boolean {
    return this.keys.here;
  }

  load(): Promise<void> {
    return this.#busy(async () => this.#list());
  }

  beginTotp(name: string): Promise<void> {
    return this.#busy(async () => {
      const begun = await this.proof.around(() => this.server.beginTotp({ body: { name } }));
      if (begun) this.#set({ totp: begun.data });
    });
  }

  confirmTotp(code: string): Promise<void> {
    return this.#busy(async () => {
      const { totp } = this.state.state;
      if (!totp) return;
      const given = { path: { factor_id: totp.id }, body: { code: code.replaceAll(/\s/g, '') } };
      const added = await this.proof.around(() => this.server.confirmTotp(given));
      if (!added) return;
      this.#set({ totp: undefined });
      await this.#added(added.data.recovery_codes);
    });
  }

  callOffTotp(): void {
    this.#set({ totp: undefined, fault: undefined });
  }

  addPasskey(name: string): Promise<void> {
    return this.#busy(async () => {
      const options = await this.proof.around(() => this.server.passkeyOptions());
      const credential = options && (await this.keys.make(options.data));
      if (!credential) return;
      const { data } = await this.server.addPasskey({ body: { name, credential } });
      await this.#added(data.recovery_codes);
    });
  }

  remove(factor: Factor): Promise<void> {
    return this.#busy(async () => {
      await this.proof.around(() => this.server.removeFactor({ path: { factor_id: factor.id } }));
      await this.#list();
    });
  }

  renewCodes(): Promise<void> {
    return this.#busy(async () => {
      const renewed = await this.proof.around(() => this.server.renewRecoveryCodes());
      if (renewed) this.#set({ codes: renewed.data.recovery_codes });
    });
  }

  /** They were written down. */
  forgetCodes(): void {
    this.#set({ codes: undefined });
  }

  async changePassword(current: string, password: string): Promise<void> {
    this.#set({ changed: false });
    await this.#busy(async () => {
      await this.server.changeOwnPassword({ body: { current, password } });
      this.#set({ changed: true });
    });
  }

  /** Off to the provider of one's organisation, to be known by it from now on. */
  link(): Promise<void> {
    return this.#busy(async () => {
      const begun = await this.proof.around(() => this.server.linkSingleSignOn());
      if (begun) this.go(begun.data.url);
    });
  }

  /** Whether there is a link. */
  findLink(): Promise<void> {
    return this.#busy(async () => this.#set({ linked: (await this.server.showOwnSingleSignOn()).data.linked }));
  }

  unlink(): Promise<void> {
    return this.#busy(async () => {
      const undone = await this.proof.around(() => this.server.unlinkSingleSignOn());
      if (undone) this.#set({ linked: false });
    });
  }

  async #added(codes: string[]): Promise<void> {
    if (codes.length) this.#set({ codes });
    await this.#list();
  }

  async #list(): Promise<void> {
    const { data } = await this.server.listFactors();
    this.#set({ factors: data.items });
  }

  #set(change: Partial<SecurityState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }

  async #busy(work: () => Promise<void>): Promise<void> {
    if (this.state.state.busy) return;
    this.#set({ busy: true, fault: undefined });
    try {
      await work();
    } catch (fault) {
      this.#set({ fault });
    } finally {
      this.#set({ busy: false });
    }
  }
}
