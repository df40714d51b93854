import { statsIn } from '~/media/stats';

/** Counters of a received video, since its beginning. */
export interface Reception {
  frames: number;
  frozenMs: number;
  /** Packets lost, and requests to repeat packets or to send a key frame: the network is the cause. */
  faults: number;
}

export interface ReceptionDependencies {
  /** The counters of the videos that are shown, by id. */
  read(): Promise<ReadonlyMap<string, Reception>>;
  /** How many videos may be received: none while the network is too slow, one for a trial. */
  limit(videos: number): void;
  schedule(task: () => void, milliseconds: number): unknown;
}

const INTERVAL_MS = 1_000;
/** Readings in a row in which no video came through, before all are stopped. */
const STALLED_READINGS = 4;
/** Readings in a row in which the video of a trial came through, before all are shown again. */
const FLUENT_READINGS = 8;
/** Readings in a row that are fluent while all videos are received, before the network counts as good again. */
const LASTING_READINGS = 30;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 240_000;

/** Whether a video stood still for most of an interval, because packets were lost. */
export function isStalled(before: Reception, now: Reception): boolean {
  const stoodStill = now.frames === before.frames || now.frozenMs - before.frozenMs >= INTERVAL_MS / 2;
  return stoodStill && now.faults > before.faults;
}

/** The counters in the statistics of a connection; undefined before anything has arrived. */
export function receptionIn(report: ReadonlyMap<string, unknown>): Reception | undefined {
  const stream = statsIn(report).find((each) => each.type === 'inbound-rtp' && each.kind === 'video');
  if (!stream) return undefined;
  const of = (name: string) => Number(stream[name] ?? 0);
  return {
    frames: of('framesDecoded'),
    frozenMs: of('totalFreezesDuration') * 1000,
    faults: Math.max(0, of('packetsLost')) + of('nackCount') + of('pliCount'),
  };
}

/**
 * Stops receiving videos while none comes through. The lost packets of one receiver are repeated by the publisher, whose
 * bandwidth is that of its slowest receiver: without this, a slow network stops the videos of everyone else. After a
 * pause one video is tried, then all. The pauses grow until all have come through for a while: one video alone does not
 * show that the network is good enough for all.
 */
export class ReceptionWatch {
  #before: ReadonlyMap<string, Reception> = new Map();
  /** Readings in a row: positive for fluent ones, negative for stalled ones. */
  #row = 0;
  #limit = Infinity;
  #pauseMs = FIRST_PAUSE_MS;
  #trial = 0;
  #closed = false;

  constructor(private readonly server: ReceptionDependencies) {}

  start(): void {
    this.server.schedule(() => void this.#read(), INTERVAL_MS);
  }

  /** Try again now. */
  retry(): void {
    this.#trial += 1;
    this.#setLimit(1);
  }

  close(): void {
    this.#closed = true;
  }

  async #read(): Promise<void> {
    if (this.#closed) return;
    const now = await this.server.read();
    if (this.#closed) return;
    this.#count(now);
    this.#before = now;
    this.start();
  }

  #count(now: ReadonlyMap<string, Reception>): void {
    const pairs = [...now].flatMap(([id, after]) => {
      const before = this.#before.get(id);
      return before ? [isStalled(before, after)] : [];
    });
    // One fluent video shows that the network of this device is good enough.
    if (pairs.length === 0 || this.#limit === 0) return;
    const stalled = pairs.every(Boolean);
    this.#row = stalled ? Math.min(0, this.#row) - 1 : Math.max(0, this.#row) + 1;
    if (this.#row <= -STALLED_READINGS) this.#pause();
    else if (this.#limit === Infinity && this.#row >= LASTING_READINGS) this.#pauseMs = FIRST_PAUSE_MS;
    else if (this.#limit === 1 && this.#row >= FLUENT_READINGS) this.#setLimit(Infinity);
  }

  #pause(): void {
    this.#setLimit(0);
    const trial = (this.#trial += 1);
    this.server.schedule(() => {
      if (!this.#closed && trial === this.#trial) this.retry();
    }, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  #setLimit(limit: number): void {
    this.#limit = limit;
    this.#row = 0;
    this.#before = new Map();
    this.server.limit(limit);
  }
}
