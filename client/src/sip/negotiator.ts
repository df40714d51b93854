import type { RTCSession, TerminateOptions } from 'jssip/lib/RTCSession';

export type Renegotiation = 'hold' | 'resume' | 'media' | 'restart';
type Outcome = 'done' | 'refused' | 'over';

const MAX_ATTEMPTS = 4;
const READY_TIMEOUT_MS = 12_000;

/**
 * Delay before the next attempt, milliseconds: random, so that simultaneous offers of both sides diverge (RFC 3261
 * section 14.1).
 */
const retryDelay = (attempt: number) => 200 + Math.random() * 900 * attempt;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface NegotiatorHandlers {
  /** The connection to the server was lost during a request. */
  lineLost: () => void;
  /** The browser reported failed media. */
  mediaLost: () => void;
}

/**
 * Serializes renegotiations of a call. JsSIP hangs up when the remote party refuses one, when its WebSocket is lost
 * during a request, and when ICE fails: a call must survive all three, so these terminations are intercepted and the
 * change is retried.
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
      if (session.isEnded()) return; // JsSIP calls this for a pending change after the end, and throws.
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

  /** Negotiate a change; false if refused or the call has ended. */
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

  /** Wait until no other transaction is pending in this dialog. */
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

  /** Roll back a refused offer, so that it does not block the next one. */
  async #rollback(): Promise<void> {
    const { connection } = this.session;
    if (connection?.signalingState !== 'have-local-offer') return;
    await connection.setLocalDescription({ type: 'rollback' }).catch(() => undefined);
  }
}

/** Classify a termination that JsSIP decided on itself. */
function classifyTermination(options: TerminateOptions = {}): 'end' | 'refused' | 'line-lost' | 'media-lost' {
  if (/(Hold|Renegotiation) Failed$/i.test(options.reason_phrase ?? '')) return 'refused';
  if (options.cause === 'Connection Error') return 'line-lost';
  return options.cause === 'RTP Timeout' ? 'media-lost' : 'end';
}
