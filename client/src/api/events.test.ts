import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Events, retryDelay } from './events';

class Line {
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  closed = false;
  close() {
    this.closed = true;
  }
}

function setup(found: 'valid' | 'ended' | 'unreachable' = 'valid') {
  const lines: Line[] = [];
  const signedOut = vi.fn();
  const state = { found, checks: 0 };
  const events = new Events({
    open: () => {
      lines.push(new Line());
      return lines.at(-1) as unknown as WebSocket;
    },
    check: () => {
      state.checks += 1;
      return Promise.resolve(state.found);
    },
    signedOut,
    random: () => 0,
  });
  return { events, lines, signedOut, state };
}

describe('events', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells its listeners what they asked for, and ignores what it cannot read', () => {
    const { events, lines } = setup();
    const heard: string[] = [];
    const off = events.on('sign_in_code', ({ id, state }) => heard.push(`${id} ${state}`));
    events.start();
    lines[0]!.onopen?.();
    const say = (data: unknown) => lines[0]!.onmessage?.({ data });
    say('{"type":"sign_in_code","id":"7","state":"used"}');
    say('no json');
    say('null');
    say('{"type":"history"}');
    off();
    say('{"type":"sign_in_code","id":"8","state":"used"}');
    expect(heard).toEqual(['7 used']);
  });

  it('comes back after it was lost: the session first, then the socket', async () => {
    const { events, lines, state } = setup();
    events.start();
    lines[0]!.onopen?.();
    expect(events.connection.state).toBe('up');
    lines[0]!.onclose?.();
    expect(events.connection.state).toBe('down');
    expect(state.checks).toBe(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(state.checks).toBe(1);
    expect(lines).toHaveLength(2);
    expect(events.connection.state).toBe('down');
    lines[1]!.onopen?.();
    expect(events.connection.state).toBe('up');
  });

  it('says whenever it is up, for what was told before was missed', async () => {
    const { events, lines } = setup();
    const up = vi.fn();
    const off = events.onConnected(up);
    events.start();
    expect(up).not.toHaveBeenCalled();
    lines[0]!.onopen?.();
    expect(up).toHaveBeenCalledTimes(1);
    lines[0]!.onclose?.();
    await vi.advanceTimersByTimeAsync(1000);
    lines[1]!.onopen?.();
    expect(up).toHaveBeenCalledTimes(2);
    off();
    lines[1]!.onclose?.();
    await vi.advanceTimersByTimeAsync(2000);
    lines[2]!.onopen?.();
    expect(up).toHaveBeenCalledTimes(2);
  });

  it('waits longer each time while nobody answers, and starts anew after it was up for a while', async () => {
    const { events, lines, state } = setup('unreachable');
    events.start();
    lines[0]!.onclose?.();
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      const before = state.checks;
      await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
      expect(state.checks).toBe(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(state.checks).toBe(before + 1);
    }
    expect(lines).toHaveLength(1);
    state.found = 'valid';
    events.retryNow();
    await vi.advanceTimersByTimeAsync(0);
    lines[1]!.onopen?.();
    await vi.advanceTimersByTimeAsync(11_000);
    lines[1]!.onclose?.();
    await vi.advanceTimersByTimeAsync(1000);
    expect(lines).toHaveLength(3);
  });

  it('notices at once that the network is gone, and that it is back', async () => {
    const { events, lines } = setup();
    events.start();
    lines[0]!.onopen?.();
    events.networkLost();
    expect(events.connection.state).toBe('down');
    expect(lines[0]!.closed).toBe(true);
    events.retryNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(lines).toHaveLength(2);
  });

  it('gives up a handshake that hangs', async () => {
    const { events, lines } = setup();
    events.start();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(lines[0]!.closed).toBe(true);
    expect(events.connection.state).toBe('down');
  });

  it('gives up a line that has gone silent', async () => {
    const { events, lines } = setup();
    events.start();
    lines[0]!.onopen?.();
    await vi.advanceTimersByTimeAsync(60_000);
    lines[0]!.onmessage?.({ data: '{"type":"ping"}' });
    await vi.advanceTimersByTimeAsync(74_000);
    expect(events.connection.state).toBe('up');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events.connection.state).toBe('down');
  });

  it('leaves when it is signed out from elsewhere, and asks for nothing once stopped', async () => {
    const { events, lines, signedOut, state } = setup();
    events.start();
    lines[0]!.onopen?.();
    lines[0]!.onmessage?.({ data: '{"type":"signed_out"}' });
    expect(signedOut).toHaveBeenCalledOnce();
    events.stop();
    expect(lines[0]!.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.checks).toBe(0);
    expect(events.connection.state).toBe('off');
  });

  it('does not come back to a session that is over', async () => {
    const { events, lines } = setup('ended');
    events.start();
    lines[0]!.onclose?.();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(lines).toHaveLength(1);
  });

  it('spreads those who come back', () => {
    expect(retryDelay(3, 0)).toBe(8);
    expect(retryDelay(3, 1)).toBe(4);
    expect(retryDelay(99, 0)).toBe(30);
  });
});
