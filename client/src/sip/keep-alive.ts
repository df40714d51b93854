type Stat = Record<string, unknown> & { id: string; type: string };

/**
 * Whether anything comes over the way of a call, told from its connection's statistics. Silence is no loss: who is muted, holds or
 * says nothing may send no sound at all, but the browser asks at least every 2.5 seconds whether the way is still there (RFC 7675),
 * and the answers are counted. Where a browser does not count them nothing is concluded from silence.
 */
export class KeepAlive {
  /** So many readings in a row without a sign of life. */
  silentReadings = 0;
  /** Silence means something: the browser tells of what it asked. */
  conclusive = false;
  #before = new Map<string, number>();

  read(report: ReadonlyMap<string, unknown>): void {
    const now = new Map<string, number>();
    for (const each of report.values() as Iterable<Stat>) {
      const count = each.type === 'candidate-pair' ? each.responsesReceived : each.packetsReceived;
      if (typeof count !== 'number' || (each.type !== 'candidate-pair' && each.type !== 'inbound-rtp')) continue;
      now.set(each.id, count);
      if (each.type === 'candidate-pair' && count > 0) this.conclusive = true;
    }
    const alive = [...now].some(([id, count]) => count > (this.#before.get(id) ?? 0));
    this.#before = now;
    this.silentReadings = alive ? 0 : this.silentReadings + 1;
  }
}
