/** Packets per reading that are not audio (RTCP), or belong to the neighbouring reading. */
const ALLOWANCE = 3;

interface Reading {
  /** Milliseconds. */
  time: number;
  packets: number;
  listed: number;
}

/**
 * Audio that statistics do not list. For streams that SDP does not announce, browsers list the newest only: once an
 * announcement with a stream of its own has been played, the voice of the remote party goes on unlisted.
 *
 * Its loss is estimated from the packets of the transport: a stream that was steady is expected to stay so. At less
 * than half of the highest rate the sender is taken to be silent, since some do not send silence.
 */
export class UnlistedAudio {
  #before: Reading | undefined;
  /** Highest rate so far that lasted two readings, packets per millisecond: one alone may be a burst after a delay. */
  #rate = 0;
  #rateBefore = 0;

  /** Packets of unlisted audio since the previous reading; undefined if most audio is listed. */
  read(now: Reading): { received: number; lost: number } | undefined {
    const before = this.#before;
    this.#before = now;
    const passed = now.time - (before?.time ?? now.time);
    if (!before || !(passed > 0)) return undefined;
    const all = now.packets - before.packets;
    const listed = Math.max(0, now.listed - before.listed);
    this.#rate = Math.max(this.#rate, Math.min(this.#rateBefore, all / passed));
    this.#rateBefore = all / passed;
    const expected = this.#rate * passed;
    if (all - listed <= listed + ALLOWANCE || all < expected / 2) return undefined;
    return { received: all - listed, lost: Math.max(0, Math.round(expected - all) - ALLOWANCE) };
  }
}
