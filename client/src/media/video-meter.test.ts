import { describe, expect, it } from 'vitest';
import { gradeOf, VideoMeter } from './video-meter';

const PATH = { id: 'pair', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.04 };
const report = (...stats: { id: string }[]) => new Map(stats.map((each) => [each.id, each]));
const inbound = (packetsReceived: number, packetsLost: number) => ({
  id: 'in',
  type: 'inbound-rtp',
  kind: 'video',
  packetsReceived,
  packetsLost,
  jitter: 0.012,
  frameWidth: 640,
  frameHeight: 360,
  framesPerSecond: 24,
});

describe('the statistics of a video', () => {
  it('cover the time since the previous reading', () => {
    const meter = new VideoMeter();
    meter.read(report(PATH, inbound(100, 50)));
    const reading = meter.read(report(PATH, inbound(190, 60)));
    expect(reading).toEqual({ loss: 0.1, jitter: 12, rtt: 40, width: 640, height: 360, framesPerSecond: 24 });
  });

  it('of a sent one are those that its receiver reports', () => {
    const sent = { ...inbound(0, 0), id: 'out', type: 'outbound-rtp' };
    const remote = { id: 'remote', type: 'remote-inbound-rtp', kind: 'video', fractionLost: 0.2, jitter: 0.03 };
    const reading = new VideoMeter().read(report(PATH, sent, remote));
    expect(reading).toMatchObject({ loss: 0.2, jitter: 30, rtt: 40, width: 640 });
  });

  it('are unknown before anything arrives', () => {
    expect(new VideoMeter().read(report(PATH))).toBeUndefined();
    expect(new VideoMeter().read(report(inbound(1, 0)))).toBeUndefined();
  });
});

describe('the grade of a connection', () => {
  it.each([
    [{ loss: 0, jitter: 5, rtt: 40 }, 'good'],
    [{ loss: 0.03, jitter: 5, rtt: 40 }, 'weak'],
    [{ loss: 0, jitter: 60, rtt: 40 }, 'weak'],
    [{ loss: 0, jitter: 5, rtt: 400 }, 'weak'],
    [{ loss: 0.03, jitter: 160, rtt: 40 }, 'bad'],
    [{ loss: 0.1, jitter: 5, rtt: 40 }, 'bad'],
    [{ loss: 0, jitter: 5, rtt: 900 }, 'bad'],
  ] as const)('of %o is %s', (stats, grade) => expect(gradeOf(stats)).toBe(grade));
});
