import type { RTCSession, TerminateOptions } from 'jssip/lib/RTCSession';

export type Renegotiation = 'hold' | 'resume' | 'media' | 'restart';
type Outcome = 'done' | 'refused' | 'over';

const MAX_ATTEMPTS = 4;
const READY_TIMEOUT_MS = 12_000;

/** Between one refused change and the next try, milliseconds: at random, so that two sides that change at once come apart (RFC 3261 section 14.1). */
const retryDelay = (attempt: number) => 200 + Math.random() * 900 * attempt;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface NegotiatorHandlers {
  /** The connection to the server went away under a request. */
  lineLost: () => void;
  /** The browser gave the media up. */
  mediaLost: () => void;
}

/**
 * Changes of a call under way, one after the other. JsSIP hangs up when the other side refuses a change, when its WebSocket is
 * lost under a request, and when ICE fails: a call survives all three, so such endings are caught here and the change is tried again.
 */
export class Negotiator {
  #queue: Promise<unknown> = Promise.resolve();
  #settle: ((outcome: Outcome) => void) | undefined;

  constructor(
    private readonly session: RTCSession,
    handlers: NegotiatorHandlers,
  ) {
    const end = session.terminate.bind(session);
    session.terminate = (options?: TerminateOptions) => {
      if (session.isEnded()) return; // JsSIP does so when a change was under way at the end, and throws.
      const kind = session.isEstablished() ? classifyTermination(options) : 'end';
      if (kind === 'end') return end(options);
      if (kind === 'refused') return this.#settle?.('refused');
      this.#settle?.('refused');
      if (kind === 'line-lost') handlers.lineLost();
      else handlers.mediaLost();
    };
    const over = () => this.#settle?.('over');
    session.on('ended', over);
    session.on('failed', over);
  }

  /** Have the other side agree to a change; false if it does not, or the call is over. */
  request(change: Renegotiation): Promise<boolean> {
    const result = this.#queue.then(() => this.#requestWithRetry(change));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #requestWithRetry(change: Renegotiation): Promise<boolean> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      if (!(await this.#waitUntilReady())) return false;
      const outcome = await this.#attempt(change, attempt);
      if (outcome !== 'refused') return outcome === 'done';
      await this.#rollback();
      if (attempt < MAX_ATTEMPTS) await sleep(retryDelay(attempt));
    }
    return false;
  }

  /** Until nothing else is under way in this dialog. */
  async #waitUntilReady(): Promise<boolean> {
    for (const until = Date.now() + READY_TIMEOUT_MS; Date.now() < until; await sleep(40)) {
      if (this.session.isEnded()) return false;
      if (this.session.isReadyToReOffer()) return true;
    }
    return false;
  }

  #attempt(change: Renegotiation, attempt: number): Promise<Outcome> {
    return new Promise<Outcome>((resolve) => {
      const settle = (outcome: Outcome) => {
        this.#settle = undefined;
        resolve(outcome);
      };
      this.#settle = settle;
      const done = () => settle('done');
      const { session } = this;
      const sent =
        (change === 'hold' && attempt === 1 && session.hold({}, done)) ||
        (change === 'resume' && attempt === 1 && session.unhold({}, done)) ||
        session.renegotiate({ rtcOfferConstraints: { iceRestart: change === 'restart' } }, done);
      if (!sent) settle(session.isEnded() ? 'over' : 'refused');
    });
  }

  /** What was offered and refused is not to stand in the way of the next offer. */
  async #rollback(): Promise<void> {
    const { connection } = this.session;
    if (connection?.signalingState !== 'have-local-offer') return;
    await connection.setLocalDescription({ type: 'rollback' }).catch(() => undefined);
  }
}

/** What JsSIP means by an end it decided on itself. */
function classifyTermination(options: TerminateOptions = {}): 'end' | 'refused' | 'line-lost' | 'media-lost' {
  if (/(Hold|Renegotiation) Failed$/i.test(options.reason_phrase ?? '')) return 'refused';
  if (options.cause === 'Connection Error') return 'line-lost';
  return options.cause === 'RTP Timeout' ? 'media-lost' : 'end';
}
