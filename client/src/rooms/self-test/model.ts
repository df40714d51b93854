import { createStore } from '~/kernel/store';

/** In this order: each builds on those before it. */
export const CHECKS = ['permission', 'push', 'registration', 'microphone', 'speaker', 'call'] as const;
export type CheckName = (typeof CHECKS)[number];

/** Why a check failed or could not be made; the words for it are the view's. */
export type Why =
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

export type Outcome = 'ok' | { failed: Why } | { skipped: Why };

/** `asks`: it waits for the person to press something. */
export interface Check {
  state: 'waiting' | 'asks' | 'running' | 'ok' | 'failed' | 'skipped';
  why?: Why;
}

export interface SelfTestState {
  checks: Record<CheckName, Check>;
  /** Which is being made. */
  at?: CheckName;
  done: boolean;
  /** Of the microphone, 0 to 1. */
  level: number;
}

export interface SelfTestParts {
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

const WAITING = Object.fromEntries(CHECKS.map((name) => [name, { state: 'waiting' }])) as Record<CheckName, Check>;
const BEGIN: SelfTestState = { checks: WAITING, done: false, level: 0 };

/** Will my phone ring? One check after the other, whatever becomes of those before. */
export class SelfTest {
  readonly state = createStore<SelfTestState>(BEGIN);
  private answer?: (yes: boolean) => void;
  private turn = 0;

  constructor(private readonly parts: SelfTestParts) {}

  async run(): Promise<void> {
    const turn = ++this.turn;
    this.answer?.(false);
    this.state.setState(() => BEGIN);
    for (const name of CHECKS) {
      this.state.setState((before) => ({ ...before, at: name }));
      const outcome = await this.make(name).catch((): Outcome => ({ failed: 'server' }));
      if (turn !== this.turn) return;
      this.put(name, checkOf(outcome));
    }
    this.state.setState((before) => ({ ...before, at: undefined, done: true, level: 0 }));
  }

  /** What the person pressed, when a check asks. */
  say(yes: boolean): void {
    this.answer?.(yes);
  }

  /** The page was left. */
  stop(): void {
    this.turn += 1;
    this.answer?.(false);
    this.state.setState(() => BEGIN);
  }

  private make(name: CheckName): Promise<Outcome> {
    this.put(name, { state: 'running' });
    switch (name) {
      case 'permission':
        return this.permission();
      case 'push':
        return this.push();
      case 'registration':
        return this.parts.registration();
      case 'microphone':
        return this.parts.microphone((level) => this.state.setState((before) => ({ ...before, level })));
      case 'speaker':
        return this.speaker();
      case 'call':
        return this.call();
    }
  }

  /** The browser's own question comes after a sentence that says why, and a press. */
  private async permission(): Promise<Outcome> {
    const now = this.parts.permission();
    if (now === 'granted') return 'ok';
    if (now === 'refused') return { failed: 'refused' };
    if (now === 'unsupported') return { failed: 'unsupported' };
    if (!(await this.asked('permission'))) return { failed: 'not-now' };
    return (await this.parts.askPermission()) ? 'ok' : { failed: 'refused' };
  }

  private async push(): Promise<Outcome> {
    return this.isOk('permission') ? this.parts.push() : { skipped: 'no-permission' };
  }

  private async speaker(): Promise<Outcome> {
    const end = this.parts.tone();
    const heard = await this.asked('speaker');
    end();
    return heard ? 'ok' : { failed: 'not-heard' };
  }

  private async call(): Promise<Outcome> {
    return this.isOk('registration') ? this.parts.call() : { skipped: 'not-registered' };
  }

  private isOk(name: CheckName): boolean {
    return this.state.state.checks[name].state === 'ok';
  }

  private async asked(name: CheckName): Promise<boolean> {
    this.put(name, { state: 'asks' });
    const yes = await new Promise<boolean>((resolve) => (this.answer = resolve));
    this.answer = undefined;
    this.put(name, { state: 'running' });
    return yes;
  }

  private put(name: CheckName, check: Check): void {
    this.state.setState((before) => ({ ...before, checks: { ...before.checks, [name]: check } }));
  }
}

function checkOf(outcome: Outcome): Check {
  if (outcome === 'ok') return { state: 'ok' };
  return 'failed' in outcome ? { state: 'failed', why: outcome.failed } : { state: 'skipped', why: outcome.skipped };
}

/** What of it all means for the one question: it rings always, only while the client is open, or not. */
export function verdict({ checks, done }: SelfTestState): 'always' | 'while-open' | 'never' | undefined {
  if (!done) return undefined;
  if (checks.registration.state !== 'ok' || checks.call.state === 'failed') return 'never';
  return checks.push.state === 'ok' ? 'always' : 'while-open';
}
