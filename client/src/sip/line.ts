const LOCK = 'unificx.line';
/** So long the tab that holds the line has to answer before it is taken from it: browsers freeze tabs. */
const ANSWERED_WITHIN = 700;

interface Holder {
  /** This tab holds the line from now on. */
  taken: () => void;
  /** It does not any more: another tab took it. */
  lost: () => void;
  /** Another tab holds it. */
  elsewhere: () => void;
  /** It must not be taken: a call goes on here. */
  busy: () => boolean;
}

/** Of all tabs of this browser one holds the line: several with the same device would take each other's calls. */
export class Line {
  readonly #talk = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(LOCK);
  #letGo: (() => void) | undefined;
  #waiting: AbortController | undefined;

  constructor(private readonly holder: Holder) {
    this.#talk?.addEventListener('message', ({ data }) => {
      if (data === 'may I?' && this.#letGo && this.holder.busy()) this.#talk!.postMessage('no');
    });
  }

  /** Take the line if it is free, else as soon as it is. */
  async take(): Promise<void> {
    if (!locks()) return this.holder.taken();
    const { held = [] } = await locks()!.query();
    if (held.some((each) => each.name === LOCK)) this.holder.elsewhere();
    this.#waiting = new AbortController();
    await this.#hold({ signal: this.#waiting.signal });
  }

  /** Take it from the tab that holds it; false if a call goes on there. */
  async takeOver(): Promise<boolean> {
    if (await this.#refused()) return false;
    this.#waiting?.abort();
    void this.#hold({ steal: true });
    return true;
  }

  release(): void {
    this.#waiting?.abort();
    this.#letGo?.();
  }

  async #hold(how: LockOptions): Promise<void> {
    let held = false;
    try {
      await locks()!.request(LOCK, how, () => {
        held = true;
        this.holder.taken();
        return new Promise<void>((resolve) => (this.#letGo = resolve));
      });
      this.#letGo = undefined;
    } catch {
      if (!held) return; // It only waited.
      this.#letGo = undefined;
      this.holder.lost();
      await this.take();
    }
  }

  #refused(): Promise<boolean> {
    const talk = this.#talk;
    if (!talk) return Promise.resolve(false);
    return new Promise((resolve) => {
      const hear = ({ data }: MessageEvent) => data === 'no' && answer(true);
      const answer = (refused: boolean) => {
        clearTimeout(patience);
        talk.removeEventListener('message', hear);
        resolve(refused);
      };
      const patience = setTimeout(() => answer(false), ANSWERED_WITHIN);
      talk.addEventListener('message', hear);
      talk.postMessage('may I?');
    });
  }
}

const locks = (): LockManager | undefined => (navigator as Partial<Navigator>).locks;
