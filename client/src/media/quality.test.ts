import { describe, expect, it } from 'vitest';
import { Meter } from './meter';
import { estimateQuality } from './quality';

describe('connection quality', () => {
  it('has five bars at best and one at 20 % packet loss', () => {
    expect(estimateQuality({ loss: 0, jitter: 2, rtt: 10 })).toMatchObject({ bars: 5 });
    expect(estimateQuality({ loss: 0.2, jitter: 2, rtt: 10 }).bars).toBe(1);
  });

  it('follows the E-model: 3 % loss and 200 ms round trip', () => {
    // d = 100 + 40 + 35 = 175, Id = 4.2; Ie = 95 * 3 / 28.1 = 10.14
    const { rating, mos } = estimateQuality({ loss: 0.03, jitter: 20, rtt: 200 });
    expect(rating).toBeCloseTo(93.2 - 4.2 - 10.14, 1);
    expect(mos).toBeCloseTo(4.0, 1);
  });

  it('weights delay beyond 177.3 ms more', () => {
    // d = 535: 12.84 + 39.35
    expect(estimateQuality({ loss: 0, jitter: 0, rtt: 1000 }).rating).toBeCloseTo(93.2 - 12.84 - 39.35, 1);
  });

  it('stays within its scale', () => {
    const worst = estimateQuality({ loss: 1, jitter: 900, rtt: 9000 });
    expect([worst.rating, worst.mos, worst.bars]).toEqual([0, 1, 1]);
  });
});

describe('the meter', () => {
  const report = (packetsReceived: number, packetsLost: number) =>
    new Map<string, unknown>([
      ['i', { id: 'i', type: 'inbound-rtp', kind: 'audio', packetsReceived, packetsLost, jitter: 0.004, codecId: 'c' }],
      ['r', { type: 'remote-inbound-rtp', kind: 'audio', roundTripTime: 0.03 }],
      ['c', { type: 'codec', mimeType: 'audio/opus' }],
      ['t', { type: 'transport', dtlsState: 'connected', srtpCipher: 'AEAD_AES_256_GCM', tlsVersion: 'FEFD' }],
    ]);

  it('covers the time since the previous reading, not the whole call', () => {
    const meter = new Meter();
    expect(meter.read(report(1000, 500)).quality).toBeUndefined();
    expect(meter.read(report(1090, 510)).quality).toMatchObject({ loss: 0.1, jitter: 4, rtt: 30 });
    expect(meter.read(report(1190, 510)).quality).toMatchObject({ loss: 0 });
  });

  it('does not count as lost what was not sent between two sources, such as music on hold', () => {
    const meter = new Meter();
    meter.read(report(1000, 0));
    meter.restart();
    expect(meter.read(report(1010, 80)).quality).toBeUndefined();
    expect(meter.read(report(1110, 80)).quality).toMatchObject({ loss: 0 });
  });

  it('reports no quality without packets', () => {
    const meter = new Meter();
    meter.read(report(10, 0));
    expect(meter.read(report(10, 0)).quality).toBeUndefined();
  });

  it('follows the active stream: announcements have one of their own', () => {
    const meter = new Meter();
    const both = (received: number, announced: number) => {
      const two = new Map(report(received, 0));
      const other = { id: 'a', type: 'inbound-rtp', kind: 'audio', packetsLost: 0, jitter: 0.001, codecId: 'g' };
      two.set('g', { type: 'codec', mimeType: 'audio/PCMA' });
      return two.set('a', { ...other, packetsReceived: announced });
    };
    meter.read(report(900, 0));
    expect(meter.read(both(900, 100))).toMatchObject({ codec: 'PCMA', quality: { jitter: 1 } });
    expect(meter.read(both(1000, 110))).toMatchObject({ codec: 'opus', quality: { jitter: 4 } });
  });

  const at = (seconds: number, packets: number, announced: number) => {
    const one = new Map(report(announced, 0));
    one.set('i', { ...(one.get('i') as object), transportId: 't' });
    const counts = { id: 't', timestamp: seconds * 1000, packetsReceived: packets };
    return one.set('t', { ...(one.get('t') as object), ...counts });
  };

  it('covers the voice of a recorded call, which browsers do not list after the announcement', () => {
    const meter = new Meter();
    meter.read(at(0, 0, 0));
    expect(meter.read(at(2, 100, 100)).quality).toMatchObject({ loss: 0, bars: 5 });
    expect(meter.read(at(4, 201, 110)).quality).toMatchObject({ loss: 0, bars: 5 });
    expect(meter.read(at(6, 301, 110)).quality).toMatchObject({ loss: 0, rtt: 30 });
    expect(meter.read(at(8, 382, 110)).quality?.loss).toBeCloseTo(0.18, 1);
    expect(meter.read(at(10, 382, 110)).quality).toBeUndefined();
    expect(meter.read(at(12, 482, 110)).quality).toMatchObject({ loss: 0 });
  });

  it('does not take a burst of packets for the rate of the sender', () => {
    const meter = new Meter();
    meter.read(at(0, 0, 0));
    meter.read(at(2, 100, 100));
    meter.read(at(4, 200, 110));
    meter.read(at(5, 300, 110)); // 100 packets of two seconds, read one second later
    expect(meter.read(at(7, 400, 110)).quality).toMatchObject({ loss: 0 });
  });

  it('reports codec and encryption', () => {
    const { codec, encryption } = new Meter().read(report(1, 0));
    expect(codec).toBe('opus');
    expect(encryption).toEqual({ cipher: 'AES-256-GCM', protocol: 'DTLS 1.2' });
  });
});
