import { createStore } from '~/core/store';

/** In this order: each builds on those before it. */
export const CHECKS = ['permission', 'push', 'registration', 'microphone', 'speaker', 'call'] as const;
export type CheckName = (typeof CHECKS)[number];

/** Why a check failed or could not be made; the words for it are the view's. */
export type FailureReason =
  | 'unsupported'
  | 'refused'
  | 'not-now'
  | 'no-permission'
  | 'no-worker'
  | 'no-answer'
  | 'no-service'
  | 'server'
  | 'not-sent'
  | 'not-seen'
  | 'elsewhere'
  | 'not-registered'
  | 'not-known'
  | 'no-extension'
  | 'missing'
  | 'busy'
  | 'insecure'
  | 'silent'
  | 'not-heard'
  | 'not-called-back'
  | 'in-a-call'
  | 'no-sound';

export type Outcome = 'ok' | { failed: FailureReason } | { skipped: FailureReason };

/** `asks`: it waits for the person to press something. */
export interface Check {
  state: 'waiting' | 'asks' | 'running' | 'ok' | 'failed' | 'skipped';
  reason?: FailureReason;
}

export interface SelfTestState {
  checks: Record<CheckName, Check>;
  /** Which is being made. */
  at?: CheckName;
  done: boolean;
  /** Of the microphone, 0 to 1. */
  level: number;
}

export interface SelfTestDependencies {
  permission(): 'granted' | 'refused' | 'unasked' | 'unsupported';
  askPermission(): Promise<boolean>;
  push(): Promise<Outcome>;
  registration(): Promise<Outcome>;
  /** Says how loud it is until something was heard, or long enough nothing. */
  microphone(level: (now: number) => void): Promise<Outcome>;
  /** Begin the test tone; returns how to end it. */
  tone(): () => void;
  call(): Promise<Outcome>;
}

const ALL_WAITING = Object.fromEntries(CHECKS.map((name) => [name, { state: 'waiting' }])) as Record<CheckName, Check>;
const INITIAL_STATE: SelfTestState = { checks: ALL_WAITING, done: false, level: 0 };

/** Will my phone ring? One check after the other, whatever becomes of those before. */
export class SelfTest {
  readonly state = createStore<SelfTestState>(INITIAL_STATE);
  private resolveAnswer?: (accepted: boolean) => void;
  private generation = 0;

  constructor(private readonly dependencies: SelfTestDependencies) {}

  async run(): Promise<void> {
    const generation = ++this.generation;
    this.resolveAnswer?.(false);
    this.state.setState(() => INITIAL_STATE);
    for (const name of CHECKS) {
      this.state.setState((before) => ({ ...before, at: name }));
      const outcome = await this.runCheck(name).catch((): Outcome => ({ failed: 'server' }));
      if (generation !== this.generation) return;
      this.setCheck(name, toCheck(outcome));
    }
    this.state.setState((before) => ({ ...before, at: undefined, done: true, level: 0 }));
  }

  /** What the person pressed, when a check asks. */
  answer(accepted: boolean): void {
    this.resolveAnswer?.(accepted);
  }

  /** The page was left. */
  stop(): void {
    this.generation += 1;
    this.resolveAnswer?.(false);
    this.state.setState(() => INITIAL_STATE);
  }

  private runCheck(name: CheckName): Promise<Outcome> {
    this.setCheck(name, { state: 'running' });
    switch (name) {
      case 'permission':
        return this.permission();
      case 'push':
        return this.push();
      case 'registration':
        return this.dependencies.registration();
      case 'microphone':
        return this.dependencies.microphone((level) => this.state.setState((before) => ({ ...before, level })));
      case 'speaker':
        return this.speaker();
      case 'call':
        return this.call();
    }
  }

  /** The browser's own question comes after a sentence that says why, and a press. */
  private async permission(): Promise<Outcome> {
    const now = this.dependencies.permission();
    if (now === 'granted') return 'ok';
    if (now === 'refused') return { failed: 'refused' };
    if (now === 'unsupported') return { failed: 'unsupported' };
    if (!(await this.askUser('permission'))) return { failed: 'not-now' };
    return (await this.dependencies.askPermission()) ? 'ok' : { failed: 'refused' };
  }

  private async push(): Promise<Outcome> {
    return this.isOk('permission') ? this.dependencies.push() : { skipped: 'no-permission' };
  }

  private async speaker(): Promise<Outcome> {
    const stopTone = this.dependencies.tone();
    const heard = await this.askUser('speaker');
    stopTone();
    return heard ? 'ok' : { failed: 'not-heard' };
  }

  private async call(): Promise<Outcome> {
    return this.isOk('registration') ? this.dependencies.call() : { skipped: 'not-registered' };
  }

  private isOk(name: CheckName): boolean {
    return this.state.state.checks[name].state === 'ok';
  }

  private async askUser(name: CheckName): Promise<boolean> {
    this.setCheck(name, { state: 'asks' });
    const accepted = await new Promise<boolean>((resolve) => (this.resolveAnswer = resolve));
    this.resolveAnswer = undefined;
    this.setCheck(name, { state: 'running' });
    return accepted;
  }

  private setCheck(name: CheckName, check: Check): void {
    this.state.setState((before) => ({ ...before, checks: { ...before.checks, [name]: check } }));
  }
}

function toCheck(outcome: Outcome): Check {
  if (outcome === 'ok') return { state: 'ok' };
  return 'failed' in outcome
    ? { state: 'failed', reason: outcome.failed }
    : { state: 'skipped', reason: outcome.skipped };
}

/** What of it all means for the one question: it rings always, only while the client is open, or not. */
export function verdict({ checks, done }: SelfTestState): 'always' | 'while-open' | 'never' | undefined {
  if (!done) return undefined;
  if (checks.registration.state !== 'ok' || checks.call.state === 'failed') return 'never';
  return checks.push.state === 'ok' ? 'always' : 'while-open';
}
