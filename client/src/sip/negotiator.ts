import type { ReInviteEvent, RTCSession, TerminateOptions } from 'jssip/lib/RTCSession';

export type Renegotiation = 'hold' | 'resume' | 'media' | 'restart';
type Outcome = 'done' | 'refused' | 'pending' | 'over';

/** Event of a session: its offer was refused because one of the remote party is pending (491). */
export const REQUEST_PENDING = 'requestpending';
const MAX_REFUSALS = 4;
/** The remote party may wait longer than this one, until its own offer is answered. */
const MAX_PENDING = 8;
const READY_TIMEOUT_MS = 12_000;

/**
 * Delay after a 491, milliseconds: random, and longer for the owner of the Call-ID, so that simultaneous offers of both
 * sides diverge (RFC 3261 section 14.1).
 */
const pendingDelay = (ownsCallId: boolean) => (ownsCallId ? 2100 + Math.random() * 1900 : Math.random() * 2000);
/** Delay after any other failure, milliseconds. */
const retryDelay = (attempt: number) => 200 + Math.random() * 900 * attempt;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface NegotiatorHandlers {
  /** The server did not answer a request: the connection to it may be lost. */
  lineLost: () => void;
  /** The browser reported failed media. */
  mediaLost: () => void;
}

/**
 * Serializes renegotiations of a call. JsSIP hangs up when the remote party refuses one, when its WebSocket is lost
 * during a request or a request is not answered, and when ICE fails: a call must survive all of these, so these
 * terminations are intercepted and the change is retried, each time with a new offer.
 */
export class Negotiator {
  readonly #over: Promise<void>;
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
    this.#over = new Promise((resolve) => {
      const over = () => {
        this.#settle?.('over');
        resolve();
      };
      session.on('ended', over);
      session.on('failed', over);
    });
    session.on(REQUEST_PENDING, () => this.#settle?.('pending'));
    session.on('reinvite', (event: ReInviteEvent) => {
      // JsSIP refuses an offer that meets its own by 491, and then applies it nevertheless, unless it is rejected here.
      if (session._dialog?.uac_pending_reply) event.reject({ status_code: 491 });
    });
  }

  /**
   * Negotiate a change; false if refused or the call has ended. A restart of ICE is done too if an offer of the remote
   * party restarts it meanwhile: a second one would take away the path that the first is about to establish.
   */
  request(change: Renegotiation): Promise<boolean> {
    const agent = this.#remoteAgent();
    const result = this.#queue.then(() =>
      this.#requestWithRetry(change, () => change === 'restart' && this.#remoteAgent() !== agent),
    );
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Name of the ICE session of the remote party (RFC 8839). */
  #remoteAgent(): string | undefined {
    return /^a=ice-ufrag:.*$/m.exec(this.session.connection?.remoteDescription?.sdp ?? '')?.[0];
  }

  async #requestWithRetry(change: Renegotiation, superfluous: () => boolean): Promise<boolean> {
    let [refusals, pending] = [0, 0];
    while (await this.#waitUntilReady()) {
      if (superfluous()) return true;
      const outcome = await this.#attempt(change, refusals + pending === 0);
      if (outcome === 'done' || outcome === 'over') return outcome === 'done';
      await this.#rollback();
      if (outcome === 'pending') pending += 1;
      else refusals += 1;
      if (refusals === MAX_REFUSALS || pending === MAX_PENDING) break;
      await sleep(outcome === 'pending' ? pendingDelay(this.session.direction === 'outgoing') : retryDelay(refusals));
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

  #attempt(change: Renegotiation, first: boolean): Promise<Outcome> {
    return new Promise<Outcome>((resolve) => {
      const settle = (outcome: Outcome) => {
        this.#settle = undefined;
        resolve(outcome);
      };
      this.#settle = settle;
      const done = () => settle('done');
      const { session } = this;
      const sent =
        (change === 'hold' && first && session.hold({}, done)) ||
        (change === 'resume' && first && session.unhold({}, done)) ||
        session.renegotiate({ rtcOfferConstraints: { iceRestart: change === 'restart' } }, done);
      if (!sent) settle(session.isEnded() ? 'over' : 'refused');
    });
  }

  /** Roll back a refused offer, so that it does not block the next one; an offer of the remote party does the same. */
  async #rollback(): Promise<void> {
    const { connection } = this.session;
    if (connection?.signalingState !== 'have-local-offer' || !this.session.isReadyToReOffer()) return;
    const done = connection.setLocalDescription({ type: 'rollback' }).catch(() => undefined);
    await Promise.race([done, this.#over]); // what a connection does when it is closed never settles
  }
}

/** Classify a termination that JsSIP decided on itself. */
function classifyTermination(options: TerminateOptions = {}): 'end' | 'refused' | 'line-lost' | 'media-lost' {
  if (/(Hold|Renegotiation) Failed$/i.test(options.reason_phrase ?? '')) return 'refused';
  // Not the end of the session timer, which has the same cause.
  if (/^(Connection Error|Request Timeout)$/.test(options.reason_phrase ?? '')) return 'line-lost';
  return options.cause === 'RTP Timeout' ? 'media-lost' : 'end';
}
