/** An entry of the statistics of a connection (W3C Identifiers for WebRTC's Statistics API). */
export type Stat = Record<string, unknown> & { id: string; type: string };

/** Packets of a received stream. */
export interface Counts {
  received: number;
  lost: number;
}

export function statsIn(report: ReadonlyMap<string, unknown>): Stat[] {
  return [...report.values()] as Stat[];
}

/** The packets that a stream has received since `before`. */
export function countsSince(stream: Stat, before: Counts = { received: 0, lost: 0 }): Counts {
  const { received, lost } = countsOf(stream);
  return { received: Math.max(0, received - before.received), lost: Math.max(0, lost - before.lost) };
}

export function countsOf(stream: Stat): Counts {
  return { received: Number(stream.packetsReceived ?? 0), lost: Number(stream.packetsLost ?? 0) };
}

/** The pair of addresses that is in use. */
export function pathIn(stats: readonly Stat[]): Stat | undefined {
  return stats.find((each) => each.type === 'candidate-pair' && each.nominated);
}
