import { describe, expect, it, vi } from 'vitest';
import { callToAnswer, NotificationCalls } from './notification-calls';

function setup() {
  const calls: { phase: string; serverId: string; decline: () => void }[] = [];
  let changed: () => void = () => undefined;
  const time = { now: 0 };
  const parts = {
    calls: () => calls,
    subscribe: (listener: () => void) => void (changed = listener),
    answer: vi.fn(),
    checkConnection: vi.fn(),
    now: () => time.now,
  };
  const ring = (serverId: string) => {
    const call = { phase: 'incoming', serverId, decline: vi.fn() };
    calls.push(call);
    changed();
    return call;
  };
  return { handler: new NotificationCalls(parts), parts, rings: ring, time };
}

describe('notification calls', () => {
  it('checks the connection on a wake-up', () => {
    const { handler, parts } = setup();
    handler.handle({ type: 'call', call: '7' });
    expect(parts.checkConnection).toHaveBeenCalledOnce();
  });

  it('answers the call that is ringing, or that arrives once registered', () => {
    const { handler, parts, rings: ring } = setup();
    const first = ring('7');
    handler.handle({ type: 'answer', call: '7' });
    expect(parts.answer).toHaveBeenCalledExactlyOnceWith(first);
    first.phase = 'talking';
    handler.handle({ type: 'answer', call: '8' });
    const second = ring('8');
    expect(parts.answer).toHaveBeenLastCalledWith(second);
    ring('8');
    expect(parts.answer).toHaveBeenCalledTimes(2);
  });

  it('declines in the same way', () => {
    const { handler, parts, rings: ring } = setup();
    handler.handle({ type: 'decline', call: '7' });
    expect(ring('7').decline).toHaveBeenCalledOnce();
    expect(parts.answer).not.toHaveBeenCalled();
  });

  it('leaves every other call alone', () => {
    const { handler, parts, rings: ring } = setup();
    const other = ring('6');
    handler.handle({ type: 'answer', call: '7' });
    handler.handle({ type: 'decline', call: '9' });
    const nameless = ring('');
    expect(parts.answer).not.toHaveBeenCalled();
    expect(ring('9').decline).toHaveBeenCalledOnce();
    const meant = ring('7');
    expect(parts.answer).toHaveBeenCalledExactlyOnceWith(meant);
    for (const each of [other, nameless, meant]) expect(each.decline).not.toHaveBeenCalled();
  });

  it('ignores a call that was stopped, and only that one', () => {
    const { handler, parts, rings: ring } = setup();
    handler.handle({ type: 'answer', call: '7' });
    handler.handle({ type: 'answer', call: '8' });
    handler.handle({ type: 'stop', call: '7' });
    handler.handle({ type: 'push_seen', id: '8' });
    ring('7');
    expect(parts.answer).not.toHaveBeenCalled();
    const other = ring('8');
    expect(parts.answer).toHaveBeenCalledExactlyOnceWith(other);
  });

  it('does not answer after the time limit', () => {
    const { handler, parts, rings: ring, time } = setup();
    handler.handle({ type: 'answer', call: '7' });
    time.now = 30_001;
    ring('7');
    expect(parts.answer).not.toHaveBeenCalled();
  });

  it('reads the call id from the address', () => {
    expect(callToAnswer('?answer=019b-7')).toBe('019b-7');
    expect(callToAnswer('?answer=<x>')).toBe('');
    expect(callToAnswer('')).toBe('');
  });
});
