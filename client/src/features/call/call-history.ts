import type { RouterHistory } from '@tanstack/react-router';

/**
 * History entries of a call. `screen` is the call in full screen: Back makes the call small. `guard` lies beneath: Back
 * does not lead past it while a call is up, so that it never leaves the page.
 */
type Mark = 'screen' | 'guard';

interface EntryState {
  call?: Mark;
  /** Index of the guard. */
  guard?: number;
  __TSR_index: number;
}

/** Of steps that are not the user's: Back of the user closes sheets first. */
const PAST_LAYERS = { ignoreBlocker: true };

export interface CallVisibility {
  /** There is a call. */
  up: boolean;
  /** It fills the screen. */
  shown: boolean;
}

/** Keeps the history of the tab in step with the call on the screen. */
export class CallHistory {
  #now: CallVisibility = { up: false, shown: false };
  #guard = 0;
  /** The page is being left or loaded again, which a step back would cancel. */
  #leaving = false;

  constructor(
    private readonly history: RouterHistory,
    /** Show or minimise the call, because the user went to another entry. */
    private readonly show: (shown: boolean) => void,
  ) {}

  /** Follow the history. Returns the stop function. */
  watch(): () => void {
    const leave = () => (this.#leaving = true);
    window.addEventListener('beforeunload', leave);
    const unsubscribe = this.history.subscribe(({ action }) => {
      if (action.type === 'BACK' || action.type === 'GO' || action.type === 'FORWARD') this.#moved(action.type);
    });
    return () => {
      window.removeEventListener('beforeunload', leave);
      unsubscribe();
    };
  }

  update(next: CallVisibility): void {
    const before = this.#now;
    this.#now = next;
    if (next.up && !before.up) this.#begin();
    const { call, __TSR_index: index } = this.#state;
    if (next.up && next.shown && call !== 'screen') this.#push('screen');
    if (next.up && !next.shown && before.shown && call === 'screen') this.history.back(PAST_LAYERS);
    if (next.up || !before.up) return;
    if (call && !this.#leaving) this.history.go(call === 'screen' && this.#guard === index - 1 ? -2 : -1, PAST_LAYERS);
    this.#leaving = false; // should the user stay: Back skips what is left
  }

  get #state(): EntryState {
    return this.history.location.state as unknown as EntryState;
  }

  /** After a reload the entries are there already. */
  #begin(): void {
    const { call, guard, __TSR_index: index } = this.#state;
    if (!call) this.#push('guard');
    this.#guard = call === 'screen' ? (guard ?? index - 1) : this.#state.__TSR_index;
  }

  #push(call: Mark): void {
    this.history.push(this.history.location.href, { call, guard: this.#guard }, PAST_LAYERS);
    this.history.flush(); // pushes of one task are combined to a single entry otherwise
  }

  #moved(action: 'BACK' | 'FORWARD' | 'GO'): void {
    const { call, __TSR_index: index } = this.#state;
    if (!this.#now.up) {
      if (call && action === 'BACK') this.history.back(PAST_LAYERS); // left by an earlier call
      return;
    }
    if (index < this.#guard) this.history.go(this.#guard - index, PAST_LAYERS);
    if (this.#now.shown !== (call === 'screen')) this.show(call === 'screen');
  }
}
