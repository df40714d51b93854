import { describe, expect, it, vi } from 'vitest';
import { answerOf, Woken } from './woken';

function world() {
  const calls: { incoming: boolean; phase: string; decline: () => void }[] = [];
  let changed: () => void = () => undefined;
  const time = { now: 0 };
  const parts = {
    calls: () => calls,
    watch: (listener: () => void) => void (changed = listener),
    answer: vi.fn(),
    nudge: vi.fn(),
    now: () => time.now,
  };
  const rings = () => {
    const call = { incoming: true, phase: 'incoming', decline: vi.fn() };
    calls.push(call);
    changed();
    return call;
  };
  return { woken: new Woken(parts), parts, rings, time };
}

describe('a page that was woken', () => {
  it('sees whether its line stands', () => {
    const { woken, parts } = world();
    woken.hear({ type: 'call', call: '7' });
    expect(parts.nudge).toHaveBeenCalledOnce();
  });

  it('answers the call that rings, or the one that comes once it is registered', () => {
    const { woken, parts, rings } = world();
    const first = rings();
    woken.hear({ type: 'answer', call: '7' });
    expect(parts.answer).toHaveBeenCalledExactlyOnceWith(first);
    first.phase = 'talking';
    woken.hear({ type: 'answer', call: '8' });
    const second = rings();
    expect(parts.answer).toHaveBeenLastCalledWith(second);
    rings();
    expect(parts.answer).toHaveBeenCalledTimes(2);
  });

  it('declines likewise', () => {
    const { woken, parts, rings } = world();
    woken.hear({ type: 'decline', call: '7' });
    expect(rings().decline).toHaveBeenCalledOnce();
    expect(parts.answer).not.toHaveBeenCalled();
  });

  it('answers no other call, after that one stopped or did not come', () => {
    const { woken, parts, rings, time } = world();
    woken.hear({ type: 'answer', call: '7' });
    woken.hear({ type: 'stop', call: '7' });
    rings();
    woken.hear({ type: 'push_seen', id: '1' });
    expect(parts.answer).not.toHaveBeenCalled();
    const late = world();
    late.woken.hear({ type: 'answer', call: '7' });
    late.time.now = 30_001;
    late.rings();
    expect(late.parts.answer).not.toHaveBeenCalled();
    expect(time.now).toBe(0);
  });

  it('reads from its address which call it was opened for', () => {
    expect(answerOf('?answer=019b-7')).toBe('019b-7');
    expect(answerOf('?answer=<x>')).toBe('');
    expect(answerOf('')).toBe('');
  });
});
