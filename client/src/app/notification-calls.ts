import type { WorkerMessage } from '~/api/worker';

/** The part of a call used here. */
export interface RingingCall {
  readonly phase: string;
  readonly serverId: string;
  decline(): void;
}

export interface NotificationCallsDependencies<C extends RingingCall> {
  calls(): readonly C[];
  /** Call back whenever the list of calls changes. */
  subscribe(changed: () => void): void;
  answer(call: C): void;
  /** Check the SIP connection and restore it if needed: a suspended page may have lost it. */
  checkConnection(): void;
  now(): number;
}

/** How long an answered notification waits for its call; the phone has to register first. Milliseconds. */
const ACTION_TIMEOUT_MS = 30_000;

interface PendingAction {
  action: 'answer' | 'decline';
  until: number;
}

/** Applies notification actions (answer, decline) to exactly the call they belong to, as soon as it arrives. */
export class NotificationCalls<C extends RingingCall> {
  /** By server call id. */
  private readonly pendingActions = new Map<string, PendingAction>();

  constructor(private readonly dependencies: NotificationCallsDependencies<C>) {
    dependencies.subscribe(() => this.applyPending());
  }

  handle(message: WorkerMessage): void {
    switch (message.type) {
      case 'call':
        return this.dependencies.checkConnection();
      case 'answer':
      case 'decline':
        this.pendingActions.set(message.call, {
          action: message.type,
          until: this.dependencies.now() + ACTION_TIMEOUT_MS,
        });
        this.dependencies.checkConnection();
        return this.applyPending();
      case 'stop':
        this.pendingActions.delete(message.call);
        return;
    }
  }

  private applyPending(): void {
    for (const call of this.dependencies.calls()) {
      const pending = call.phase === 'incoming' ? this.pendingActions.get(call.serverId) : undefined;
      if (!pending) continue;
      this.pendingActions.delete(call.serverId);
      if (pending.until < this.dependencies.now()) continue;
      if (pending.action === 'answer') this.dependencies.answer(call);
      else call.decline();
    }
  }
}

/** The call whose notification opened this page: `?answer=ID`. */
export function callToAnswer(search: string): string {
  const found = new URLSearchParams(search).get('answer') ?? '';
  return /^[\w-]{1,64}$/.test(found) ? found : '';
}
