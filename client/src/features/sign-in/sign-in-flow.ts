import {
  api,
  completeLeaving,
  LOCK_TIMEOUT_MS,
  type SecondFactorNeeded,
  type SignedIn,
  type SignInOptions,
} from '~/api';
import { completeWipe, refreshSession, signOut } from '~/api/session';
import { passkeys, type Passkeys } from '~/core/passkeys';
import { asProblem, Problem } from '~/core/problem';
import { createStore } from '~/core/store';
import { thisDevice, type ThisDevice } from '~/core/this-device';

/**
 * `proof`: first credential, specific to the page. Then, where required, `second`: second factor; `password`: replace a
 * one-time password; `accept`: age, terms and policy. `refused`: below the minimum age. `suspended`: the account is
 * suspended, with the reason. `in`: done.
 */
type Step = 'proof' | 'second' | 'password' | 'accept' | 'refused' | 'suspended' | 'in';

export interface SignInFlowState {
  step: Step;
  busy: boolean;
  fault: unknown;
  second?: SecondFactorNeeded;
  /** Of a suspended account: gives access to the reason. */
  reference?: string;
  /** Known from the `accept` step on. */
  options?: SignInOptions;
}

export type SignInApi = Pick<
  typeof api,
  | 'proveSecondFactor'
  | 'secondFactorOptions'
  | 'changeOwnPassword'
  | 'acceptTerms'
  | 'signInOptions'
  | 'showOwnPolicyState'
  | 'passkeySignInOptions'
  | 'signInByPasskey'
>;

/** Sent with every sign-in method besides its credential. */
export interface SignInContext {
  device: ThisDevice;
  keep: 'cookie';
}

export type Outcome = SignedIn | SecondFactorNeeded;

/** Sign-in flow from the first credential to a session, shared by all methods. */
export class SignInFlow {
  readonly state = createStore<SignInFlowState>({ step: 'proof', busy: false, fault: undefined });
  #password = '';
  #pending = { password: false, accept: false };
  /** Of the requests since the last restart: those before it count no more. */
  #attempt = 0;
  /** The present attempt has begun a session. */
  #started = false;
  /** An attempt before the last restart has begun a session late, and the present one has not replaced it so far. */
  #late = false;

  constructor(
    private readonly server: SignInApi = api,
    private readonly keys: Passkeys = passkeys,
    private readonly onSignedIn: () => Promise<void> = refreshSession,
    readonly device: ThisDevice = thisDevice(),
    private readonly onLeft: () => Promise<void> = signOut,
  ) {}

  get passkeysSupported(): boolean {
    return this.keys.supported;
  }

  /** Sign in with a credential. `password` is set for password sign-in, to replace a one-time password later. */
  authenticate(
    proof: (context: SignInContext) => Promise<{ data: Outcome } | undefined>,
    password = '',
  ): Promise<void> {
    return this.#run(async () => {
      this.#password = password;
      const answer = await this.#answer(proof({ device: this.device, keep: 'cookie' }));
      if (answer) await this.#handleOutcome(answer.data);
    });
  }

  /** Complete an earlier sign-out, then go on to a provider: the return from there would be signed out. */
  leaveForProvider(open: () => void): Promise<void> {
    return this.#run(async () => {
      await this.#answer(completeLeaving(LOCK_TIMEOUT_MS));
      open();
    });
  }

  /** Continue after a provider's return that requires a second factor. */
  continueWithTicket(ticket: string, kinds: readonly string[]): void {
    this.#set({ step: 'second', second: { ticket, kinds: kinds as SecondFactorNeeded['kinds'], expires: '' } });
  }

  /** The account that the provider knows is suspended. */
  showSuspension(reference: string): void {
    this.#set({ step: 'suspended', reference });
  }

  /** Report a refusal by a provider. */
  setFailure(code: string): void {
    this.#set({ fault: new Problem(code, 403, 'Single sign-on failed.') });
  }

  /** Sign in with a passkey, which counts as both factors. */
  authenticateByPasskey(): Promise<void> {
    return this.authenticate(async (context) => {
      const { data } = await this.server.passkeySignInOptions();
      const credential = await this.keys.prove(data.options);
      if (!credential) return undefined;
      return this.server.signInByPasskey({ body: { ticket: data.ticket, credential, ...context } });
    });
  }

  proveCode(totp: string): Promise<void> {
    return this.#prove({ totp: totp.replaceAll(/\s/g, '') });
  }

  proveRecoveryCode(code: string): Promise<void> {
    return this.#prove({ recovery_code: code.trim() });
  }

  provePasskey(): Promise<void> {
    return this.#run(async () => {
      const ticket = this.state.state.second?.ticket ?? '';
      const { data } = await this.#answer(this.server.secondFactorOptions({ body: { ticket } }));
      const passkey = await this.#answer(this.keys.prove(data));
      if (passkey) await this.#submitSecondFactor({ passkey });
    });
  }

  /** Whether the one-time password was typed; not with other methods or after a reload. */
  get passwordKnown(): boolean {
    return this.#password !== '';
  }

  /** Replace a one-time password; it must be given if it is not known. */
  setPassword(password: string, oneTimePassword = this.#password): Promise<void> {
    return this.#run(async () => {
      await this.#answer(this.server.changeOwnPassword({ body: { current: oneTimePassword, password } }));
      this.#password = '';
      this.#pending.password = false;
      await this.#next();
    });
  }

  /** Accept the current terms and policy, being of age. */
  accept(): Promise<void> {
    return this.#run(async () => {
      const options = this.state.state.options;
      if (!options) return;
      const { terms_version, policy_version } = options;
      await this.#answer(this.server.acceptTerms({ body: { of_age: true, terms_version, policy_version } }));
      this.#pending.accept = false;
      await this.#next();
    });
  }

  /** Below the minimum age: end the session without an answer. Nothing stays on this device or the server. */
  leave(): Promise<void> {
    return this.#run(async () => {
      await this.onLeft();
      await this.#answer(completeLeaving(LOCK_TIMEOUT_MS));
      this.#set({ step: 'refused' });
    });
  }

  /** Resume an existing session with missing requirements. */
  resume(missing: Pick<SignedIn, 'must_change' | 'acceptance_needed'>): Promise<void> {
    return this.#run(async () => {
      this.#pending = { password: missing.must_change, accept: missing.acceptance_needed };
      await this.#next();
    });
  }

  /** Back to the first step, at any time; an incomplete session is ended. */
  async reset(): Promise<void> {
    const { step } = this.state.state;
    this.#attempt += 1;
    this.#password = '';
    this.#started = false;
    if (step === 'accept' || step === 'password') await this.onLeft();
    this.state.setState(() => ({ step: 'proof', busy: false, fault: undefined }));
  }

  #prove(proof: { totp: string } | { recovery_code: string }): Promise<void> {
    return this.#run(() => this.#submitSecondFactor(proof));
  }

  async #submitSecondFactor(
    proof: { totp: string } | { recovery_code: string } | { passkey: Record<string, unknown> },
  ) {
    const ticket = this.state.state.second?.ticket ?? '';
    const body = { ticket, ...proof, device: this.device, keep: 'cookie' as const };
    const { data } = await this.#answer(this.server.proveSecondFactor({ body }));
    await this.#handleOutcome(data);
  }

  async #handleOutcome(outcome: Outcome): Promise<void> {
    if ('ticket' in outcome) return this.#set({ step: 'second', second: outcome });
    this.#started = true;
    this.#late = false;
    this.#pending = { password: outcome.must_change, accept: outcome.acceptance_needed };
    await this.#next();
  }

  async #next(): Promise<void> {
    if (this.#pending.password) return this.#set({ step: 'password' });
    // The consent step for a later version of the policy follows after the sign-in.
    if (this.#pending.accept && (await this.#answer(this.server.showOwnPolicyState())).data.standing !== 'consent') {
      const { data: options } = await this.#answer(this.server.signInOptions());
      return this.#set({ step: 'accept', options });
    }
    this.#password = '';
    await this.#answer(this.onSignedIn());
    this.#set({ step: 'in' });
  }

  /** An answer to the present attempt. One to an attempt before a restart is not used. */
  async #answer<T>(asked: Promise<T>): Promise<T> {
    const attempt = this.#attempt;
    const answer = await asked;
    if (attempt === this.#attempt) return answer;
    const session = (answer as { data?: Partial<SignedIn> } | undefined)?.data?.session_id;
    if (session !== undefined && !this.#started) this.#late = true;
    throw new Error('The sign-in was restarted.');
  }

  /** End a late session, unless a request of the present attempt may replace it: a sign-out would end that one. */
  async #endLate(): Promise<void> {
    if (!this.#late) return;
    this.#late = false;
    await this.onLeft();
  }

  #set(change: Partial<SignInFlowState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }

  async #run(work: () => Promise<void>): Promise<void> {
    if (this.state.state.busy) return;
    const attempt = this.#attempt;
    this.#set({ busy: true, fault: undefined });
    try {
      await this.#answer(completeWipe());
      await work();
    } catch (fault) {
      if (attempt !== this.#attempt) return;
      const { code, reference } = asProblem(fault);
      if (reference) return this.showSuspension(reference);
      this.#set(code === 'ticket_over' ? { fault, step: 'proof', second: undefined } : { fault });
    } finally {
      if (attempt === this.#attempt || !this.state.state.busy) await this.#endLate();
      if (attempt === this.#attempt) this.#set({ busy: false });
    }
  }
}
