import { describe, expect, it } from 'vitest';
import { endReasonOf, displayDurationMs, type SessionEnd } from './end-reasons';

const remote = (cause: string, status?: number, reason?: string): SessionEnd => ({
  originator: 'remote',
  cause,
  status,
  reason,
});

describe('the end reason', () => {
  it.each([
    [486, 'busy'],
    [600, 'busy'],
    [603, 'declined'],
    [404, 'unknown-number'],
    [480, 'unavailable'],
    [408, 'no-answer'],
    [488, 'no-common-media'],
    [402, 'no-credit'],
    [403, 'not-allowed'],
    [503, 'fault'],
    [433, 'unavailable'],
  ] as const)('of status %i for our call is %s', (status, ending) => {
    expect(endReasonOf(remote('whatever', status), false, false)).toBe(ending);
  });

  it('distinguishes who hung up', () => {
    expect(endReasonOf(remote('Terminated'), true, true)).toBe('hung-up');
    expect(endReasonOf({ originator: 'local', cause: 'Terminated' }, true, true)).toBe('left');
    const credit = 'Q.850;cause=102;text="The credit is used up"';
    expect(endReasonOf(remote('Terminated', undefined, credit), false, true)).toBe('credit-used-up');
  });

  it('distinguishes why there is no credit', () => {
    const reason = (text: string) =>
      endReasonOf(remote('Rejected', 402, `Q.850;cause=21;text="${text}"`), false, false);
    expect(reason('The trial has ended')).toBe('trial-ended');
    expect(reason('An invoice is overdue')).toBe('unpaid');
  });

  it('distinguishes a missed call from one answered elsewhere', () => {
    expect(endReasonOf(remote('Canceled'), true, false)).toBe('missed');
    const elsewhere = 'SIP;cause=200;text="Call completed elsewhere"';
    expect(endReasonOf(remote('Canceled', undefined, elsewhere), true, false)).toBe('elsewhere');
  });

  it('distinguishes a lost connection and lost media', () => {
    expect(endReasonOf({ originator: 'local', cause: 'Connection Error' }, false, false)).toBe('line-lost');
    expect(endReasonOf({ originator: 'local', cause: 'RTP Timeout' }, false, true)).toBe('media-lost');
  });

  it('is displayed longer if it matters', () => {
    expect(displayDurationMs('left')).toBe(0);
    expect(displayDurationMs('busy')).toBeGreaterThan(displayDurationMs('hung-up')!);
  });

  it('stays until dismissed where the call can be repeated', () => {
    expect(displayDurationMs('not-resumed')).toBeUndefined();
    expect(displayDurationMs('line-lost')).toBeUndefined();
    expect(displayDurationMs('line-lost', true)).toBeGreaterThan(0);
  });
});
