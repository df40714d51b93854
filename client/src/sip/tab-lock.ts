const LOCK = 'unificx.line';
/** So long the tab that holds the line has to answer before it is taken from it: browsers freeze tabs. */
const REPLY_TIMEOUT_MS = 700;

interface TabLockHandlers {
  /** This tab holds the line from now on. */
  acquired: () => void;
  /** It does not any more: another tab took it. */
  lost: () => void;
  /** Another tab holds it. */
  heldElsewhere: () => void;
  /** It must not be taken: a call goes on here. */
  busy: () => boolean;
}

/** Of all tabs of this browser one holds the line: several with the same device would take each other's calls. */
export class TabLock {
  readonly #channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(LOCK);
  #releaseLock: (() => void) | undefined;
  #pendingRequest: AbortController | undefined;

  constructor(private readonly handlers: TabLockHandlers) {
    this.#channel?.addEventListener('message', ({ data }) => {
      if (data === 'may I?' && this.#releaseLock && this.handlers.busy()) this.#channel!.postMessage('no');
    });
  }

  /** Take the line if it is free, else as soon as it is. */
  async acquire(): Promise<void> {
    if (!locks()) return this.handlers.acquired();
    const { held = [] } = await locks()!.query();
    if (held.some((each) => each.name === LOCK)) this.handlers.heldElsewhere();
    this.#pendingRequest = new AbortController();
    await this.#request({ signal: this.#pendingRequest.signal });
  }

  /** Take it from the tab that holds it; false if a call goes on there. */
  async takeOver(): Promise<boolean> {
    if (await this.#isRefused()) return false;
    this.#pendingRequest?.abort();
    void this.#request({ steal: true });
    return true;
  }

  release(): void {
    this.#pendingRequest?.abort();
    this.#releaseLock?.();
  }

  async #request(options: LockOptions): Promise<void> {
    let acquired = false;
    try {
      await locks()!.request(LOCK, options, () => {
        acquired = true;
        this.handlers.acquired();
        return new Promise<void>((resolve) => (this.#releaseLock = resolve));
      });
      this.#releaseLock = undefined;
    } catch {
      if (!acquired) return; // It only waited.
      this.#releaseLock = undefined;
      this.handlers.lost();
      await this.acquire();
    }
  }

  #isRefused(): Promise<boolean> {
    const channel = this.#channel;
    if (!channel) return Promise.resolve(false);
    return new Promise((resolve) => {
      const onMessage = ({ data }: MessageEvent) => data === 'no' && settle(true);
      const settle = (refused: boolean) => {
        clearTimeout(timeout);
        channel.removeEventListener('message', onMessage);
        resolve(refused);
      };
      const timeout = setTimeout(() => settle(false), REPLY_TIMEOUT_MS);
      channel.addEventListener('message', onMessage);
      channel.postMessage('may I?');
    });
  }
}

const locks = (): LockManager | undefined => (navigator as Partial<Navigator>).locks;
