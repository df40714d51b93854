import { api } from '~/api';
import { passkeys, type Passkeys } from '~/core/passkeys';
import { asProblem } from '~/core/problem';
import { createStore } from '~/core/store';

export type ProofMethod = 'password' | 'totp' | 'passkey' | 'recovery_code';

export interface StepUpPrompt {
  /** Available methods; the dialog is open while there are any. */
  methods: ProofMethod[];
  busy: boolean;
  fault: unknown;
}

type StepUpApi = Pick<typeof api, 'listFactors' | 'proveYourself' | 'proofOptions'>;

/** Repeats requests refused with `prove_yourself` after the user has authenticated again. */
export class StepUp {
  readonly prompt = createStore<StepUpPrompt>({ methods: [], busy: false, fault: undefined });
  #resolve: (proved: boolean) => void = () => undefined;

  constructor(
    private readonly server: StepUpApi = api,
    private readonly keys: Passkeys = passkeys,
  ) {}

  /** Run `work`; if step-up is required, ask for it and retry. Undefined if cancelled. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (fault) {
      if (asProblem(fault).code !== 'prove_yourself') throw fault;
    }
    return (await this.#askForProof()) ? work() : undefined;
  }

  async proveByText(method: Exclude<ProofMethod, 'passkey'>, text: string): Promise<void> {
    await this.#prove(async () => {
      const value = method === 'totp' ? text.replaceAll(/\s/g, '') : method === 'password' ? text : text.trim();
      await this.server.proveYourself({ body: { [method]: value } });
      return true;
    });
  }

  async proveByPasskey(): Promise<void> {
    await this.#prove(async () => {
      const { data } = await this.server.proofOptions();
      const passkey = await this.keys.prove(data);
      if (!passkey) return false;
      await this.server.proveYourself({ body: { passkey } });
      return true;
    });
  }

  cancel(): void {
    this.#close(false);
  }

  async #askForProof(): Promise<boolean> {
    const { data } = await this.server.listFactors();
    const kinds = data.items.map((each) => each.kind);
    const methods: ProofMethod[] = kinds.length
      ? [...new Set(kinds)].filter((kind) => kind !== 'passkey' || this.keys.supported).concat('recovery_code' as never)
      : ['password'];
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.prompt.setState(() => ({ methods, busy: false, fault: undefined }));
    });
  }

  async #prove(work: () => Promise<boolean>): Promise<void> {
    if (this.prompt.state.busy) return;
    this.#set({ busy: true, fault: undefined });
    try {
      if (await work()) return this.#close(true);
    } catch (fault) {
      this.#set({ fault });
    }
    this.#set({ busy: false });
  }

  #close(proved: boolean): void {
    this.prompt.setState(() => ({ methods: [], busy: false, fault: undefined }));
    this.#resolve(proved);
  }

  #set(change: Partial<StepUpPrompt>): void {
    this.prompt.setState((before) => ({ ...before, ...change }));
  }
}
