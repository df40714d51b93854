import { describe, expect, it } from 'vitest';
import { KeepAlive } from './keep-alive';

const report = (sound: number, answers?: number) =>
  new Map<string, unknown>([
    ['s', { id: 's', type: 'inbound-rtp', packetsReceived: sound }],
    ['p', { id: 'p', type: 'candidate-pair', responsesReceived: answers }],
    ['o', { id: 'o', type: 'outbound-rtp', packetsSent: Math.random() }],
  ]);

describe('the keep-alive', () => {
  it('is present while media or STUN responses arrive', () => {
    const keepAlive = new KeepAlive();
    for (const [sound, answers] of [[10, 1], [20, 1], [20, 2]] as const) keepAlive.read(report(sound, answers)); // prettier-ignore
    expect(keepAlive).toMatchObject({ silentReadings: 0, conclusive: true });
  });

  it('is present while packets arrive that no listed stream counts', () => {
    const keepAlive = new KeepAlive();
    const path = (packetsReceived: number) =>
      new Map([...report(20), ['p', { id: 'p', type: 'candidate-pair', responsesReceived: 1, packetsReceived }]]);
    for (const packets of [100, 125, 150]) keepAlive.read(path(packets));
    expect(keepAlive).toMatchObject({ silentReadings: 0, conclusive: true });
  });

  it('is missed reading by reading and back with the first packet', () => {
    const keepAlive = new KeepAlive();
    for (let count = 0; count < 4; count++) keepAlive.read(report(20, 2));
    expect(keepAlive.silentReadings).toBe(3);
    keepAlive.read(report(21, 2));
    expect(keepAlive.silentReadings).toBe(0);
  });

  it('does not take a removed path for a live one', () => {
    const keepAlive = new KeepAlive();
    keepAlive.read(report(20, 2));
    keepAlive.read(new Map([['s', { id: 's', type: 'inbound-rtp', packetsReceived: 20 }]]));
    expect(keepAlive.silentReadings).toBe(1);
  });

  it('is inconclusive where responses are not counted', () => {
    const keepAlive = new KeepAlive();
    keepAlive.read(report(20));
    keepAlive.read(report(20));
    expect(keepAlive.conclusive).toBe(false);
  });
});
