import { describe, expect, it } from 'vitest';
import { KeepAlive } from './keep-alive';

const report = (sound: number, answers?: number) =>
  new Map<string, unknown>([
    ['s', { id: 's', type: 'inbound-rtp', packetsReceived: sound }],
    ['p', { id: 'p', type: 'candidate-pair', responsesReceived: answers }],
    ['o', { id: 'o', type: 'outbound-rtp', packetsSent: Math.random() }],
  ]);

describe('the pulse of a connection', () => {
  it('is there while sound comes, or answers of who says nothing', () => {
    const pulse = new KeepAlive();
    for (const [sound, answers] of [[10, 1], [20, 1], [20, 2]] as const) pulse.read(report(sound, answers)); // prettier-ignore
    expect(pulse).toMatchObject({ silentReadings: 0, conclusive: true });
  });

  it('is missed reading by reading, and back with the first packet', () => {
    const pulse = new KeepAlive();
    for (let count = 0; count < 4; count++) pulse.read(report(20, 2));
    expect(pulse.silentReadings).toBe(3);
    pulse.read(report(21, 2));
    expect(pulse.silentReadings).toBe(0);
  });

  it('takes no way that is forgotten for one that lives', () => {
    const pulse = new KeepAlive();
    pulse.read(report(20, 2));
    pulse.read(new Map([['s', { id: 's', type: 'inbound-rtp', packetsReceived: 20 }]]));
    expect(pulse.silentReadings).toBe(1);
  });

  it('concludes nothing where answers are not counted', () => {
    const pulse = new KeepAlive();
    pulse.read(report(20));
    pulse.read(report(20));
    expect(pulse.conclusive).toBe(false);
  });
});
