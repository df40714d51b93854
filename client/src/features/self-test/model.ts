import { createStore } from '~/core/store';

/** In this order: later checks depend on earlier ones. */
export const CHECKS = ['permission', 'push', 'registration', 'microphone', 'speaker', 'call'] as const;
export type CheckName = (typeof CHECKS)[number];

/** Why a check failed or was skipped; the texts belong to the view. */
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

/** `asking`: waiting for the user. */
export interface Check {
  state: 'waiting' | 'asking' | 'running' | 'ok' | 'failed' | 'skipped';
  reason?: FailureReason;
}

export interface SelfTestState {
  checks: Record<CheckName, Check>;
  /** The running check. */
  at?: CheckName;
  done: boolean;
  /** Microphone level, 0 to 1. */
  level: number;
}

export interface SelfTestDependencies {
  permission(): 'granted' | 'refused' | 'unasked' | 'unsupported';
  askPermission(): Promise<boolean>;
  push(): Promise<Outcome>;
  registration(): Promise<Outcome>;
  /** Report the level until speech is detected or the time is up. */
  microphone(level: (now: number) => void): Promise<Outcome>;
  /** Start the test tone; returns the stop function. */
  tone(): () => void;
  call(): Promise<Outcome>;
}

const ALL_WAITING = Object.fromEntries(CHECKS.map((name) => [name, { state: 'waiting' }])) as Record<CheckName, Check>;
const INITIAL_STATE: SelfTestState = { checks: ALL_WAITING, done: false, level: 0 };

/** Runs one check after the other, whatever their outcomes. */
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

  /** The user's answer to a check. */
  answer(accepted: boolean): void {
    this.resolveAnswer?.(accepted);
  }

  /** Stop when the page is left. */
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

  /** The browser prompt follows an explanation and a button press. */
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
    const confirmed = await this.askUser('speaker');
    stopTone();
    return confirmed ? 'ok' : { failed: 'not-heard' };
  }

  private async call(): Promise<Outcome> {
    return this.isOk('registration') ? this.dependencies.call() : { skipped: 'not-registered' };
  }

  private isOk(name: CheckName): boolean {
    return this.state.state.checks[name].state === 'ok';
  }

  private async askUser(name: CheckName): Promise<boolean> {
    this.setCheck(name, { state: 'asking' });
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

/** Overall result: rings always, only while the client is open, or never. */
export function verdict({ checks, done }: SelfTestState): 'always' | 'while-open' | 'never' | undefined {
  if (!done) return undefined;
  if (checks.registration.state !== 'ok' || checks.call.state === 'failed') return 'never';
  return checks.push.state === 'ok' ? 'always' : 'while-open';
}
