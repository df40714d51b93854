import { describe, expect, it } from 'vitest';
import { isStalled, ReceptionWatch, receptionIn, type Reception } from './reception';

const START: Reception = { frames: 100, frozenMs: 0, faults: 0 };

describe('a video that stands still', () => {
  it('has lost packets, and no frame or a freeze of half the time', () => {
    expect(isStalled(START, { frames: 100, frozenMs: 0, faults: 3 })).toBe(true);
    expect(isStalled(START, { frames: 101, frozenMs: 500, faults: 1 })).toBe(true);
  });

  it('is no still screen, and no video with single losses', () => {
    expect(isStalled(START, START)).toBe(false);
    expect(isStalled(START, { frames: 118, frozenMs: 270, faults: 11 })).toBe(false);
  });

  it('is read from the statistics of its connection', () => {
    const stream = { framesDecoded: 7, totalFreezesDuration: 0.25, packetsLost: -2, nackCount: 3, pliCount: 1 };
    const report = new Map([['a', { id: 'a', type: 'inbound-rtp', kind: 'video', ...stream }]]);
    expect(receptionIn(report)).toEqual({ frames: 7, frozenMs: 250, faults: 4 });
    expect(receptionIn(new Map())).toBeUndefined();
  });
});

class Network {
  readonly limits: number[] = [];
  readonly pauses: { task: () => void; milliseconds: number }[] = [];
  readonly watch: ReceptionWatch;
  #read: (() => void) | undefined;
  #shown = new Map<string, Reception>();

  constructor() {
    this.watch = new ReceptionWatch({
      read: async () => new Map(this.#shown),
      limit: (videos) => void this.limits.push(videos),
      schedule: (task, milliseconds) => {
        if (milliseconds === 1_000) this.#read = task;
        else this.pauses.push({ task, milliseconds });
      },
    });
    this.watch.start();
  }

  /** Seconds in which each video has this many new frames and faults. */
  async pass(seconds: number, ...videos: readonly (readonly [frames: number, faults: number])[]): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      videos.forEach(([frames, faults], index) => {
        const before = this.#shown.get(`${index}`) ?? { frames: 0, frozenMs: 0, faults: 0 };
        this.#shown.set(`${index}`, { ...before, frames: before.frames + frames, faults: before.faults + faults });
      });
      this.#read?.();
      await Promise.resolve();
      await Promise.resolve();
    }
  }

  get pausesInSeconds(): readonly number[] {
    return this.pauses.map((each) => each.milliseconds / 1000);
  }

  endPause(): void {
    this.pauses.at(-1)!.task();
  }
}

const FLUENT = [20, 0] as const;
const STALLED = [0, 9] as const;

describe('the reception of the videos of a meeting', () => {
  it('is stopped once none has come through for four seconds', async () => {
    const network = new Network();
    await network.pass(3, FLUENT, FLUENT);
    await network.pass(3, STALLED, STALLED);
    expect(network.limits).toEqual([]);
    await network.pass(1, STALLED, STALLED);
    expect(network.limits).toEqual([0]);
  });

  it('goes on while one video is fluent: the others have slow publishers', async () => {
    const network = new Network();
    await network.pass(20, FLUENT, STALLED);
    expect(network.limits).toEqual([]);
  });

  it('is tried with one video after a pause, then with all', async () => {
    const network = new Network();
    await network.pass(6, STALLED);
    network.endPause();
    expect(network.limits).toEqual([0, 1]);
    await network.pass(9, FLUENT);
    expect(network.limits).toEqual([0, 1, Infinity]);
  });

  it('is tried less and less often', async () => {
    const network = new Network();
    for (let trial = 0; trial < 5; trial += 1) {
      await network.pass(6, STALLED);
      network.endPause();
    }
    expect(network.pausesInSeconds).toEqual([30, 60, 120, 240, 240]);
  });

  it('is tried less and less often also where one video comes through and not all', async () => {
    const network = new Network();
    for (let trial = 0; trial < 5; trial += 1) {
      await network.pass(6, STALLED, STALLED);
      network.endPause();
      await network.pass(9, FLUENT);
      await network.pass(20, FLUENT, FLUENT);
    }
    expect(network.pausesInSeconds).toEqual([30, 60, 120, 240, 240]);
  });

  it('is tried as often as at first after all videos came through for half a minute', async () => {
    const network = new Network();
    for (let trial = 0; trial < 2; trial += 1) {
      await network.pass(6, STALLED);
      network.endPause();
      await network.pass(9, FLUENT);
      await network.pass(31, FLUENT);
    }
    expect(network.pausesInSeconds).toEqual([30, 30]);
  });

  it('is tried at once on request, and not a second time when the pause ends', async () => {
    const network = new Network();
    await network.pass(6, STALLED);
    network.watch.retry();
    await network.pass(9, FLUENT);
    network.endPause();
    expect(network.limits).toEqual([0, 1, Infinity]);
  });

  it('is not watched after the end', async () => {
    const network = new Network();
    await network.pass(2, STALLED);
    network.watch.close();
    await network.pass(6, STALLED);
    expect(network.limits).toEqual([]);
  });
});
