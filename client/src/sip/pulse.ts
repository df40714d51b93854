type Stat = Record<string, unknown> & { id: string; type: string };

/**
 * Whether anything comes over the way of a call, told from its connection's statistics. Silence is no loss: who is muted, holds or
 * says nothing may send no sound at all, but the browser asks at least every 2.5 seconds whether the way is still there (RFC 7675),
 * and the answers are counted. Where a browser does not count them nothing is concluded from silence.
 */
export class Pulse {
  /** So many readings in a row without a sign of life. */
  silent = 0;
  /** Silence means something: the browser tells of what it asked. */
  certain = false;
  #before = new Map<string, number>();

  read(report: ReadonlyMap<string, unknown>): void {
    const now = new Map<string, number>();
    for (const each of report.values() as Iterable<Stat>) {
      const came = each.type === 'candidate-pair' ? each.responsesReceived : each.packetsReceived;
      if (typeof came !== 'number' || (each.type !== 'candidate-pair' && each.type !== 'inbound-rtp')) continue;
      now.set(each.id, came);
      if (each.type === 'candidate-pair' && came > 0) this.certain = true;
    }
    const alive = [...now].some(([id, came]) => came > (this.#before.get(id) ?? 0));
    this.#before = now;
    this.silent = alive ? 0 : this.silent + 1;
  }
}
