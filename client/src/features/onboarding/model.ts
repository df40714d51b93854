import type { PushState } from '~/api/push';
import { createStore } from '~/core/store';
import type { FailureReason, Outcome } from '~/features/self-test';

export const CARDS = ['microphone', 'notifications', 'call'] as const;
export type Card = (typeof CARDS)[number];

/** Why a closed client cannot ring here: the platform, or a service worker that the browser does not run. */
export type Obstacle = 'home-screen' | 'unsupported' | 'no-worker';

export interface WelcomeState {
  card: Card;
  busy: boolean;
  /** Microphone level, 0 to 1. */
  level: number;
  outcomes: Partial<Record<Card, 'ok' | FailureReason>>;
  obstacle?: Obstacle;
  /** The user has confirmed that the test call rang. */
  rings: boolean;
}

export interface WelcomeDependencies {
  microphone(level: (now: number) => void): Promise<Outcome>;
  pushState(): PushState;
  /** Prompt for permission and subscribe. */
  askNotifications(): Promise<boolean>;
  /** Deliver a test message to this device. */
  push(): Promise<Outcome>;
  registration(): Promise<Outcome>;
  call(): Promise<Outcome>;
  /** Take the SIP connection over from another tab. */
  takeOver(): Promise<void>;
  /** iOS outside the Home Screen. */
  needsHomeScreen(): boolean;
  /** Whether the browser runs the service worker: not with an untrusted certificate, nor in some private windows. */
  hasWorker(): Promise<boolean>;
  finish(): void;
}

/** The set-up after the first sign-in. Each card asks for its own permission only, after a press. */
export class Welcome {
  readonly state = createStore<WelcomeState>({ card: 'microphone', busy: false, level: 0, outcomes: {}, rings: false });

  constructor(private readonly dependencies: WelcomeDependencies) {}

  async show(card: Card): Promise<void> {
    this.set({ card });
    if (card !== 'notifications') return;
    this.set({ busy: true });
    const obstacle = await this.findObstacle();
    this.set({ obstacle, busy: false });
    if (!obstacle && this.dependencies.pushState() === 'on') this.setOutcome('notifications', 'ok');
  }

  /** The next card, whatever the outcome of this one. */
  next(): Promise<void> {
    return this.show(CARDS[Math.min(CARDS.indexOf(this.state.state.card) + 1, CARDS.length - 1)]!);
  }

  testMicrophone(): Promise<void> {
    return this.run('microphone', () => this.dependencies.microphone((level) => this.set({ level })));
  }

  turnOnNotifications(): Promise<void> {
    return this.run('notifications', async () => {
      if (!(await this.dependencies.askNotifications())) return { failed: 'refused' };
      return this.dependencies.push();
    });
  }

  testCall(): Promise<void> {
    return this.run('call', async () => {
      const registered = await this.dependencies.registration();
      return registered === 'ok' ? this.dependencies.call() : registered;
    });
  }

  /** Ring in this window instead of another one, then test. */
  async useThisWindow(): Promise<void> {
    await this.dependencies.takeOver();
    await this.testCall();
  }

  /** The user's answer after the test call. */
  answer(rang: boolean): void {
    if (!rang) return this.setOutcome('call', 'not-heard');
    this.set({ rings: true });
    this.dependencies.finish();
  }

  private async findObstacle(): Promise<Obstacle | undefined> {
    if (this.dependencies.needsHomeScreen()) return 'home-screen';
    if (this.dependencies.pushState() === 'unsupported') return 'unsupported';
    return (await this.dependencies.hasWorker()) ? undefined : 'no-worker';
  }

  private async run(card: Card, work: () => Promise<Outcome>): Promise<void> {
    if (this.state.state.busy) return;
    this.set({ busy: true });
    const outcome = await work().catch((): Outcome => ({ failed: 'server' }));
    const reason = outcome === 'ok' ? 'ok' : 'failed' in outcome ? outcome.failed : outcome.skipped;
    this.set({ busy: false, level: 0 });
    this.setOutcome(card, reason);
  }

  private setOutcome(card: Card, outcome: 'ok' | FailureReason): void {
    this.state.setState((before) => ({ ...before, outcomes: { ...before.outcomes, [card]: outcome } }));
  }

  private set(change: Partial<WelcomeState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
