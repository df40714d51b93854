import { api } from '~/api';
import { passkeys, type Passkeys } from '~/core/passkeys';
import { asProblem } from '~/core/problem';
import { createStore } from '~/core/store';

export type ProofMethod = 'password' | 'totp' | 'passkey' | 'recovery_code';

export interface StepUpPrompt {
  /** What one can prove oneself with; the dialog is open while there is something. */
  methods: ProofMethod[];
  busy: boolean;
  fault: unknown;
}

type StepUpApi = Pick<typeof api, 'listFactors' | 'proveYourself' | 'proofOptions'>;

/** What is refused with `prove_yourself` is done once its owner has proved to be there. */
export class StepUp {
  readonly prompt = createStore<StepUpPrompt>({ methods: [], busy: false, fault: undefined });
  #resolve: (proved: boolean) => void = () => undefined;

  constructor(
    private readonly server: StepUpApi = api,
    private readonly keys: Passkeys = passkeys,
  ) {}

  /** Do `work`; where a proof is missing, ask for it and do it again. Undefined: its owner called it off. */
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
