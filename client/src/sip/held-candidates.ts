import type { RTCSession, SDPEvent } from 'jssip/lib/RTCSession';
import { takeCandidates } from './sdp';

/** JsSIP's status between sending a 200 and receiving its ACK. */
const WAITING_FOR_ACK = 6;
const POLL_MS = 20;

/**
 * Keeps the candidates of a re-offer with new ICE credentials from the browser until the server has its answer.
 *
 * Otherwise the browser may complete ICE before its answer has arrived. rtpengine does not know then that it is the DTLS
 * server: it sends a ClientHello of its own, the handshake fails, and the call stays silent.
 */
export class HeldCandidates {
  #held: RTCIceCandidateInit[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly session: RTCSession) {
    session.on('sdp', (event: SDPEvent) => this.#onSdp(event));
    for (const name of ['ended', 'failed'] as const) session.on(name, () => this.#drop());
  }

  #onSdp(event: SDPEvent): void {
    const known = this.session.connection?.remoteDescription?.sdp;
    const local = (event.originator as string) === 'local';
    if (!local && event.type === 'offer' && known) {
      this.#drop();
      const { sdp, candidates } = takeCandidates(event.sdp, known);
      event.sdp = sdp;
      this.#held = candidates;
    } else if (local && event.type === 'answer' && this.#held.length > 0) {
      this.#timer ??= setInterval(() => this.#releaseOnAck(), POLL_MS);
    }
  }

  #releaseOnAck(): void {
    if ((this.session.status as number) === WAITING_FOR_ACK) return;
    const candidates = this.#held;
    this.#drop();
    // Fails if the connection is closed or a newer offer has replaced this one.
    for (const each of candidates) void this.session.connection.addIceCandidate(each).catch(() => undefined);
  }

  #drop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#held = [];
  }
}
