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
  const rings = (serverId: string) => {
    const call = { phase: 'incoming', serverId, decline: vi.fn() };
    calls.push(call);
    changed();
    return call;
  };
  return { woken: new NotificationCalls(parts), parts, rings, time };
}

describe('a page that was woken', () => {
  it('sees whether its line stands', () => {
    const { woken, parts } = setup();
    woken.handle({ type: 'call', call: '7' });
    expect(parts.checkConnection).toHaveBeenCalledOnce();
  });

  it('answers the call that rings, or that comes once it is registered', () => {
    const { woken, parts, rings } = setup();
    const first = rings('7');
    woken.handle({ type: 'answer', call: '7' });
    expect(parts.answer).toHaveBeenCalledExactlyOnceWith(first);
    first.phase = 'talking';
    woken.handle({ type: 'answer', call: '8' });
    const second = rings('8');
    expect(parts.answer).toHaveBeenLastCalledWith(second);
    rings('8');
    expect(parts.answer).toHaveBeenCalledTimes(2);
  });

  it('declines likewise', () => {
    const { woken, parts, rings } = setup();
    woken.handle({ type: 'decline', call: '7' });
    expect(rings('7').decline).toHaveBeenCalledOnce();
    expect(parts.answer).not.toHaveBeenCalled();
  });

  it('leaves every other call alone', () => {
    const { woken, parts, rings } = setup();
    const other = rings('6');
    woken.handle({ type: 'answer', call: '7' });
    woken.handle({ type: 'decline', call: '9' });
    const nameless = rings('');
    expect(parts.answer).not.toHaveBeenCalled();
    expect(rings('9').decline).toHaveBeenCalledOnce();
    const meant = rings('7');
    expect(parts.answer).toHaveBeenCalledExactlyOnceWith(meant);
    for (const each of [other, nameless, meant]) expect(each.decline).not.toHaveBeenCalled();
  });

  it('does nothing more with a call that stopped, whatever else stopped', () => {
    const { woken, parts, rings } = setup();
    woken.handle({ type: 'answer', call: '7' });
    woken.handle({ type: 'answer', call: '8' });
    woken.handle({ type: 'stop', call: '7' });
    woken.handle({ type: 'push_seen', id: '8' });
    rings('7');
    expect(parts.answer).not.toHaveBeenCalled();
    const other = rings('8');
    expect(parts.answer).toHaveBeenCalledExactlyOnceWith(other);
  });

  it('does not answer what comes too late', () => {
    const { woken, parts, rings, time } = setup();
    woken.handle({ type: 'answer', call: '7' });
    time.now = 30_001;
    rings('7');
    expect(parts.answer).not.toHaveBeenCalled();
  });

  it('reads from its address which call it was opened for', () => {
    expect(callToAnswer('?answer=019b-7')).toBe('019b-7');
    expect(callToAnswer('?answer=<x>')).toBe('');
    expect(callToAnswer('')).toBe('');
  });
});
