import { estimateQuality, type Quality } from './quality';
import { countsOf, countsSince, pathIn, statsIn, type Counts, type Stat } from './stats';
import { UnlistedAudio } from './unlisted-audio';

/** Encryption of the media path to the server, as negotiated by DTLS. */
export interface Encryption {
  /** AES-256-GCM */
  cipher: string;
  /** DTLS 1.2 */
  protocol: string;
}

export interface MeterReading {
  quality?: Quality;
  encryption?: Encryption;
  /** opus, G.722: without the clock rate. */
  codec?: string;
}

/**
 * Reads WebRTC statistics; each reading covers the time since the previous one. With several inbound streams the most
 * active one counts: announcements use a stream of their own. Audio that the browser does not list counts as well.
 */
export class Meter {
  readonly #unlisted = new UnlistedAudio();
  #before: ReadonlyMap<string, Counts> | undefined;

  /** The media come from elsewhere, such as music on hold: no packets were lost in the gap between the two. */
  restart(): void {
    this.#before = undefined;
  }

  read(report: ReadonlyMap<string, unknown>): MeterReading {
    const stats = statsIn(report);
    const streams = stats.filter((each) => each.type === 'inbound-rtp' && each.kind === 'audio');
    const deltas = new Map(streams.map((each) => [each, countsSince(each, this.#before?.get(each.id))]));
    const stream = streams.sort((one, other) => deltas.get(other)!.received - deltas.get(one)!.received)[0];
    const first = !this.#before;
    this.#before = new Map(streams.map((each) => [each.id, countsOf(each)]));
    const transport = stats.find((each) => each.type === 'transport' && each.dtlsState === 'connected');
    const unlisted = this.#readUnlisted(streams, stats);
    const codec = stream && (report.get(String(stream.codecId)) as Stat | undefined);
    return {
      quality: stream && !first ? qualityOf(stream, unlisted ?? deltas.get(stream)!, roundTrip(stats)) : undefined,
      encryption: transport && encryptionOf(transport),
      codec: typeof codec?.mimeType === 'string' ? codec.mimeType.replace('audio/', '') : undefined,
    };
  }

  #readUnlisted(streams: readonly Stat[], stats: readonly Stat[]): Counts | undefined {
    const transport = stats.find((each) => each.type === 'transport' && each.id === streams[0]?.transportId);
    if (typeof transport?.packetsReceived !== 'number') return undefined;
    const listed = streams.reduce((sum, each) => sum + countsOf(each).received, 0);
    return this.#unlisted.read({ time: Number(transport.timestamp), packets: transport.packetsReceived, listed });
  }
}

function qualityOf(stream: Stat, { received, lost }: Counts, rtt: number): Quality | undefined {
  if (received + lost === 0) return undefined;
  return estimateQuality({ loss: lost / (received + lost), jitter: Number(stream.jitter ?? 0) * 1000, rtt });
}

/** Milliseconds: from the remote RTCP reports, otherwise of the path to the server only. */
function roundTrip(stats: Stat[]): number {
  const reported = stats.find((each) => each.type === 'remote-inbound-rtp' && each.kind === 'audio')?.roundTripTime;
  const pair = pathIn(stats)?.currentRoundTripTime;
  return Number(reported ?? pair ?? 0) * 1000;
}

function encryptionOf(transport: Stat): Encryption | undefined {
  if (typeof transport.srtpCipher !== 'string') return undefined;
  return { cipher: cipherName(transport.srtpCipher), protocol: protocolName(transport.tlsVersion) };
}

/** `AEAD_AES_256_GCM` and `SRTP_AES128_CM_SHA1_80` in common notation. */
function cipherName(name: string): string {
  const found = /AES_?(?:CM_)?(\d{3})(?:_(GCM|CM))?/.exec(name);
  if (!found) return name;
  return `AES-${found[1]}-${name.includes('GCM') ? 'GCM' : 'CM'}`;
}

/** DTLS version on the wire: FEFF is 1.0, FEFD 1.2, FEFC 1.3. */
function protocolName(version: unknown): string {
  const known: Record<string, string> = { FEFF: 'DTLS 1.0', FEFD: 'DTLS 1.2', FEFC: 'DTLS 1.3' };
  return known[String(version).toUpperCase()] ?? 'DTLS';
}
