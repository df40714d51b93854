import { api } from '~/api';
import { passkeys, type Passkeys } from '~/kernel/passkeys';
import { asProblem } from '~/kernel/problem';
import { createStore } from '~/kernel/store';

export type Means = 'password' | 'totp' | 'passkey' | 'recovery_code';

export interface Asking {
  /** What one can prove oneself with; the dialog is open while there is something. */
  means: Means[];
  busy: boolean;
  fault: unknown;
}

type ProofServer = Pick<typeof api, 'listFactors' | 'proveYourself' | 'proofOptions'>;

/** What is refused with `prove_yourself` is done once its owner has proved to be there. */
export class Proof {
  readonly asking = createStore<Asking>({ means: [], busy: false, fault: undefined });
  #decide: (proved: boolean) => void = () => undefined;

  constructor(
    private readonly server: ProofServer = api,
    private readonly keys: Passkeys = passkeys,
  ) {}

  /** Do `work`; where a proof is missing, ask for it and do it again. Undefined: its owner called it off. */
  async around<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (fault) {
      if (asProblem(fault).code !== 'prove_yourself') throw fault;
    }
    return (await this.#ask()) ? work() : undefined;
  }

  async byText(means: Exclude<Means, 'passkey'>, text: string): Promise<void> {
    await this.#prove(async () => {
      const said = means === 'totp' ? text.replaceAll(/\s/g, '') : means === 'password' ? text : text.trim();
      await this.server.proveYourself({ body: { [means]: said } });
      return true;
    });
  }

  async byPasskey(): Promise<void> {
    await this.#prove(async () => {
      const { data } = await this.server.proofOptions();
      const passkey = await this.keys.prove(data);
      if (!passkey) return false;
      await this.server.proveYourself({ body: { passkey } });
      return true;
    });
  }

  callOff(): void {
    this.#close(false);
  }

  async #ask(): Promise<boolean> {
    const { data } = await this.server.listFactors();
    const kinds = data.items.map((each) => each.kind);
    const means: Means[] = kinds.length
      ? [...new Set(kinds)].filter((kind) => kind !== 'passkey' || this.keys.here).concat('recovery_code' as never)
      : ['password'];
    return new Promise((resolve) => {
      this.#decide = resolve;
      this.asking.setState(() => ({ means, busy: false, fault: undefined }));
    });
  }

  async #prove(work: () => Promise<boolean>): Promise<void> {
    if (this.asking.state.busy) return;
    this.#set({ busy: true, fault: undefined });
    try {
      if (await work()) return this.#close(true);
    } catch (fault) {
      this.#set({ fault });
    }
    this.#set({ busy: false });
  }

  #close(proved: boolean): void {
    this.asking.setState(() => ({ means: [], busy: false, fault: undefined }));
    this.#decide(proved);
  }

  #set(change: Partial<Asking>): void {
    this.asking.setState((before) => ({ ...before, ...change }));
  }
}
