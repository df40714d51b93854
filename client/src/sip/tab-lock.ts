const LOCK = 'unificx.line';
/** Reply time of the holding tab before it is taken over: browsers freeze tabs. */
const REPLY_TIMEOUT_MS = 700;

interface TabLockHandlers {
  /** This tab holds the lock from now on. */
  acquired: () => void;
  /** Another tab took it over. */
  lost: () => void;
  /** Another tab holds it. */
  heldElsewhere: () => void;
  /** It must not be taken over: a call is active. */
  busy: () => boolean;
}

/** Only one tab of a browser holds the SIP connection: several with the same device would take each other's calls. */
export class TabLock {
  readonly #channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(LOCK);
  #releaseLock: (() => void) | undefined;
  #pendingRequest: AbortController | undefined;
  /** From `acquire` to `release`. */
  #wanted = false;

  constructor(private readonly handlers: TabLockHandlers) {
    this.#channel?.addEventListener('message', ({ data }) => {
      if (data === 'may I?' && this.#releaseLock && this.handlers.busy()) this.#channel!.postMessage('no');
    });
  }

  /** Acquire the lock, waiting if necessary. */
  async acquire(): Promise<void> {
    this.#wanted = true;
    if (!locks()) return this.handlers.acquired();
    const { held = [] } = await locks()!.query();
    if (!this.#wanted) return;
    if (held.some((each) => each.name === LOCK)) this.handlers.heldElsewhere();
    this.#pendingRequest = new AbortController();
    await this.#request({ signal: this.#pendingRequest.signal });
  }

  /** Take the lock over from another tab; false if it has an active call. */
  async takeOver(): Promise<boolean> {
    if (await this.#isRefused()) return false;
    if (!this.#wanted) return true;
    this.#pendingRequest?.abort();
    void this.#request({ steal: true });
    return true;
  }

  release(): void {
    this.#wanted = false;
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
      if (!acquired) return; // The pending request was aborted.
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
