type Stat = Record<string, unknown> & { id: string; type: string };

/**
 * Liveness of the media path, from WebRTC statistics. Silence is not a loss: a muted or held party may send no media,
 * but the browser sends STUN consent checks at least every 2.5 seconds (RFC 7675) and counts the responses. Where it
 * does not count them, silence is inconclusive. The packets of a path count too, since browsers do not list all audio.
 */
export class KeepAlive {
  /** Consecutive readings without a sign of life. */
  silentReadings = 0;
  /** Silence is conclusive: the browser counts STUN responses. */
  conclusive = false;
  #before = new Map<string, number>();

  /** Judge the path from now on. */
  restart(): void {
    this.silentReadings = 0;
  }

  read(report: ReadonlyMap<string, unknown>): void {
    const now = new Map<string, number>();
    for (const each of report.values() as Iterable<Stat>) {
      if (each.type !== 'candidate-pair' && each.type !== 'inbound-rtp') continue;
      const responses = Number(each.responsesReceived ?? 0);
      now.set(each.id, responses + Number(each.packetsReceived ?? 0));
      if (responses > 0) this.conclusive = true;
    }
    const alive = [...now].some(([id, count]) => count > (this.#before.get(id) ?? 0));
    this.#before = now;
    this.silentReadings = alive ? 0 : this.silentReadings + 1;
  }
}
