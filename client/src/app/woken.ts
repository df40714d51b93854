import type { FromWorker } from '~/api/worker';

/** What of a call is needed here. */
export interface Ringing {
  readonly phase: string;
  readonly serverId: string;
  decline(): void;
}

export interface WokenParts<C extends Ringing> {
  calls(): readonly C[];
  /** Call back whenever the calls change. */
  watch(changed: () => void): void;
  answer(call: C): void;
  /** See whether the line still stands, and take it up if it does not: a page that slept may have lost it. */
  nudge(): void;
  now(): number;
}

/** So long a call that was answered on its notification is waited for: the phone has to register first. Milliseconds. */
const AWAITED_MS = 30_000;

interface Wish {
  what: 'answer' | 'decline';
  until: number;
}

/** What a notification was pressed for, done by the telephone of this page as soon as it can, with that call and no other. */
export class Woken<C extends Ringing> {
  /** By the call's id. */
  private readonly wishes = new Map<string, Wish>();

  constructor(private readonly parts: WokenParts<C>) {
    parts.watch(() => this.look());
  }

  hear(told: FromWorker): void {
    switch (told.type) {
      case 'call':
        return this.parts.nudge();
      case 'answer':
      case 'decline':
        this.wishes.set(told.call, { what: told.type, until: this.parts.now() + AWAITED_MS });
        this.parts.nudge();
        return this.look();
      case 'stop':
        this.wishes.delete(told.call);
        return;
    }
  }

  private look(): void {
    for (const call of this.parts.calls()) {
      const wish = call.phase === 'incoming' ? this.wishes.get(call.serverId) : undefined;
      if (!wish) continue;
      this.wishes.delete(call.serverId);
      if (wish.until < this.parts.now()) continue;
      if (wish.what === 'answer') this.parts.answer(call);
      else call.decline();
    }
  }
}

/** The call whose notification opened this page: `?answer=ID`. */
export function answerOf(search: string): string {
  const found = new URLSearchParams(search).get('answer') ?? '';
  return /^[\w-]{1,64}$/.test(found) ? found : '';
}
