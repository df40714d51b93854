import { api, type SignInCode, type SignInCodeState } from '~/api';
import { events } from '~/api/events';
import { asProblem } from '~/core/problem';
import { createStore } from '~/core/store';

export interface AddDeviceState {
  code?: SignInCode;
  /** Seconds until the code expires. */
  secondsLeft: number;
  /** State of the code. */
  codeState?: SignInCodeState;
  /** The new device was signed out again. */
  revoked: boolean;
  busy: boolean;
  fault: unknown;
}

type SubscribeToCode = (type: 'sign_in_code', handler: (event: { id: string }) => void) => () => void;

const POLL_INTERVAL_MS = 1000;

/** A sign-in code for another device of the user, and its state. */
export class AddDeviceModel {
  readonly state = createStore<AddDeviceState>({ secondsLeft: 0, revoked: false, busy: false, fault: undefined });
  #timer: ReturnType<typeof setInterval> | undefined;
  #unsubscribe: () => void = () => undefined;

  constructor(
    private readonly server: Pick<typeof api, 'createSignInCode' | 'showSignInCode' | 'revokeSession'> = api,
    private readonly subscribe: SubscribeToCode = (type, handler) => events.on(type, handler),
    private readonly now: () => number = Date.now,
  ) {}

  /** Show a new code and poll it until used, expired or `stop`. */
  async show(): Promise<void> {
    if (this.state.state.busy) return;
    this.stop();
    this.state.setState(() => ({ secondsLeft: 0, revoked: false, busy: true, fault: undefined }));
    try {
      const { data } = await this.server.createSignInCode({ body: {} });
      this.#set({ code: data, secondsLeft: this.#secondsLeft(data) });
      this.#follow(data);
    } catch (fault) {
      this.#set({ fault });
    }
    this.#set({ busy: false });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
  }

  /** "That was not me": sign the new device out. */
  async revoke(): Promise<void> {
    const session = this.state.state.codeState?.session_id;
    if (!session) return;
    this.#set({ busy: true, fault: undefined });
    try {
      await this.server.revokeSession({ path: { session_id: session } });
      this.#set({ revoked: true });
    } catch (fault) {
      // Already signed out counts as success.
      this.#set(asProblem(fault).status === 404 ? { revoked: true } : { fault });
    }
    this.#set({ busy: false });
  }

  #follow(code: SignInCode): void {
    this.#timer = setInterval(() => {
      this.#set({ secondsLeft: this.#secondsLeft(code) });
      void this.#poll(code);
    }, POLL_INTERVAL_MS);
    this.#unsubscribe = this.subscribe('sign_in_code', ({ id }) => {
      if (id === code.id) void this.#poll(code);
    });
  }

  async #poll(code: SignInCode): Promise<void> {
    try {
      const { data } = await this.server.showSignInCode({ path: { code_id: code.id } });
      if (this.state.state.code?.id !== code.id) return;
      this.#set({ codeState: data });
    } catch (fault) {
      if (this.state.state.code?.id !== code.id) return;
      if (asProblem(fault).status === 404) this.#set({ secondsLeft: 0 }); // Deleted by the server: expired.
    }
    // A used code is polled until it expires: another device may try it.
    if (this.state.state.secondsLeft <= 0) this.stop();
  }

  #secondsLeft(code: SignInCode): number {
    return Math.max(0, Math.ceil((Date.parse(code.expires) - this.now()) / 1000));
  }

  #set(change: Partial<AddDeviceState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}

/** Content to render: the code, the result, or its expiry. */
export function viewOf({ code, codeState, secondsLeft }: AddDeviceState): 'none' | 'picture' | 'used' | 'over' {
  if (!code) return 'none';
  if (codeState?.state === 'used') return 'used';
  return secondsLeft <= 0 || codeState?.state === 'expired' ? 'over' : 'picture';
}
