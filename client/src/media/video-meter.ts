import type { StreamStats } from './quality';
import { countsOf, countsSince, pathIn, statsIn, type Counts, type Stat } from './stats';

/** Statistics of a video over an interval. */
export interface VideoReading extends StreamStats {
  /** Pixels, and pictures a second, as they are sent or received. */
  width: number;
  height: number;
  framesPerSecond: number;
}

export type Grade = 'good' | 'weak' | 'bad';

/** Limits above which a connection is weak or bad: loss as a fraction, jitter and round trip in milliseconds. */
const LIMITS: readonly (readonly [Grade, StreamStats])[] = [
  ['bad', { loss: 0.08, jitter: 150, rtt: 800 }],
  ['weak', { loss: 0.02, jitter: 50, rtt: 300 }],
];

/** The grade of a connection: the worst of its figures decides. */
export function gradeOf(stats: StreamStats): Grade {
  const found = LIMITS.find(([, limit]) =>
    (['loss', 'jitter', 'rtt'] as const).some((figure) => stats[figure] > limit[figure]),
  );
  return found?.[0] ?? 'good';
}

/** Reads the statistics of a connection with one video; each reading covers the time since the previous one. */
export class VideoMeter {
  #before: Counts | undefined;

  /** Undefined before anything was sent or received. */
  read(report: ReadonlyMap<string, unknown>): VideoReading | undefined {
    const stats = statsIn(report);
    const of = (type: string) => stats.find((each) => each.type === type && each.kind !== 'audio');
    const sent = of('outbound-rtp');
    const stream = sent ?? of('inbound-rtp');
    const path = pathIn(stats);
    if (!stream || !path) return undefined;
    // Of what is sent, the receiver reports losses and jitter.
    const remote = sent ? of('remote-inbound-rtp') : stream;
    return {
      loss: sent ? Number(remote?.fractionLost ?? 0) : this.#loss(stream),
      jitter: Number(remote?.jitter ?? 0) * 1000,
      rtt: Number(path.currentRoundTripTime ?? 0) * 1000,
      width: Number(stream.frameWidth ?? 0),
      height: Number(stream.frameHeight ?? 0),
      framesPerSecond: Number(stream.framesPerSecond ?? 0),
    };
  }

  #loss(stream: Stat): number {
    const { received, lost } = countsSince(stream, this.#before);
    this.#before = countsOf(stream);
    return received + lost > 0 ? lost / (received + lost) : 0;
  }
}
