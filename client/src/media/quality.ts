/** Statistics of a stream over an interval. */
export interface StreamStats {
  /** Fraction of lost packets, 0 to 1. */
  loss: number;
  /** Interarrival jitter, milliseconds (RFC 3550). */
  jitter: number;
  /** Round-trip time, milliseconds. */
  rtt: number;
}

export interface Quality extends StreamStats {
  /** Transmission rating of ITU-T G.107, 0 to 93. */
  rating: number;
  /** Mean opinion score, 1 to 4.4. */
  mos: number;
  /** Bars shown, 1 to 5: bands of ITU-T G.109. */
  bars: 1 | 2 | 3 | 4 | 5;
}

/** ITU-T G.107 with all defaults, without the impairments below. */
const MAX_RATING = 93.2;
/** Milliseconds of encoding, 20 ms packets and playout, beyond network and jitter buffer. */
const CODEC_DELAY_MS = 35;
/**
 * Packet loss robustness of G.711 with concealment, random loss (ITU-T G.113 appendix I); Opus and G.722 conceal about
 * as well.
 */
const LOSS_ROBUSTNESS = 25.1;

/**
 * The E-model of ITU-T G.107, simplified: `R = 93.2 - Id - Ie`.
 *
 * Delay: `Id = 0.024 d + 0.11 (d - 177.3)` where d exceeds 177.3 ms (Cole and Rosenbluth, 2001), d being half the round trip,
 * a jitter buffer of twice the jitter, and coding. Loss: `Ie = 95 Ppl / (Ppl + Bpl)`, Ppl in percent.
 * `MOS = 1 + 0.035 R + R (R - 60) (100 - R) 7e-6`.
 */
export function estimateQuality(stats: StreamStats): Quality {
  const delay = stats.rtt / 2 + 2 * stats.jitter + CODEC_DELAY_MS;
  const lossPercent = Math.min(1, Math.max(0, stats.loss)) * 100;
  const delayImpairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const lossImpairment = (95 * lossPercent) / (lossPercent + LOSS_ROBUSTNESS);
  const rating = Math.min(MAX_RATING, Math.max(0, MAX_RATING - delayImpairment - lossImpairment));
  const mos = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6;
  return { ...stats, rating, mos: Math.max(1, mos), bars: barsFor(rating) };
}

function barsFor(rating: number): Quality['bars'] {
  if (rating >= 90) return 5;
  if (rating >= 80) return 4;
  if (rating >= 70) return 3;
  return rating >= 60 ? 2 : 1;
}
