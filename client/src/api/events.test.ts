import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectEventsWhileSignedIn, Events, events, retryDelay } from './events';
import { endSession, onSignOut, session } from './session';

class FakeSocket {
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  closed = false;
  close() {
    this.closed = true;
  }
}

function setup(found: 'valid' | 'ended' | 'unreachable' = 'valid') {
  const sockets: FakeSocket[] = [];
  const signedOut = vi.fn();
  const state = { found, checks: 0 };
  const events = new Events({
    open: () => {
      sockets.push(new FakeSocket());
      return sockets.at(-1) as unknown as WebSocket;
    },
    check: () => {
      state.checks += 1;
      return Promise.resolve(state.found);
    },
    signedOut,
    random: () => 0,
  });
  return { events, lines: sockets, signedOut, state };
}

describe('events', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('dispatches events to subscribers and ignores unreadable messages', () => {
    const { events, lines: sockets } = setup();
    const received: string[] = [];
    const unsubscribe = events.on('sign_in_code', ({ id, state }) => received.push(`${id} ${state}`));
    events.start();
    sockets[0]!.onopen?.();
    const emit = (data: unknown) => sockets[0]!.onmessage?.({ data });
    emit('{"type":"sign_in_code","id":"7","state":"used"}');
    emit('no json');
    emit('null');
    emit('{"type":"history"}');
    unsubscribe();
    emit('{"type":"sign_in_code","id":"8","state":"used"}');
    expect(received).toEqual(['7 used']);
  });

  it('reconnects after a loss: first the session check, then the socket', async () => {
    const { events, lines: sockets, state } = setup();
    events.start();
    sockets[0]!.onopen?.();
    expect(events.connection.state).toBe('up');
    sockets[0]!.onclose?.();
    expect(events.connection.state).toBe('down');
    expect(state.checks).toBe(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(state.checks).toBe(1);
    expect(sockets).toHaveLength(2);
    expect(events.connection.state).toBe('down');
    sockets[1]!.onopen?.();
    expect(events.connection.state).toBe('up');
  });

  it('notifies on every connect, because events in between were missed', async () => {
    const { events, lines: sockets } = setup();
    const up = vi.fn();
    const unsubscribe = events.onConnected(up);
    events.start();
    expect(up).not.toHaveBeenCalled();
    sockets[0]!.onopen?.();
    expect(up).toHaveBeenCalledTimes(1);
    sockets[0]!.onclose?.();
    await vi.advanceTimersByTimeAsync(1000);
    sockets[1]!.onopen?.();
    expect(up).toHaveBeenCalledTimes(2);
    unsubscribe();
    sockets[1]!.onclose?.();
    await vi.advanceTimersByTimeAsync(2000);
    sockets[2]!.onopen?.();
    expect(up).toHaveBeenCalledTimes(2);
  });

  it('backs off while the server is unreachable and resets after a stable connection', async () => {
    const { events, lines: sockets, state } = setup('unreachable');
    events.start();
    sockets[0]!.onclose?.();
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      const before = state.checks;
      await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
      expect(state.checks).toBe(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(state.checks).toBe(before + 1);
    }
    expect(sockets).toHaveLength(1);
    state.found = 'valid';
    events.retryNow();
    await vi.advanceTimersByTimeAsync(0);
    sockets[1]!.onopen?.();
    await vi.advanceTimersByTimeAsync(11_000);
    sockets[1]!.onclose?.();
    await vi.advanceTimersByTimeAsync(1000);
    expect(sockets).toHaveLength(3);
  });

  it('reacts at once when the network is lost or restored', async () => {
    const { events, lines: sockets } = setup();
    events.start();
    sockets[0]!.onopen?.();
    events.networkLost();
    expect(events.connection.state).toBe('down');
    expect(sockets[0]!.closed).toBe(true);
    events.retryNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(sockets).toHaveLength(2);
  });

  it('aborts a handshake that hangs', async () => {
    const { events, lines: sockets } = setup();
    events.start();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(sockets[0]!.closed).toBe(true);
    expect(events.connection.state).toBe('down');
  });

  it('closes a connection that has gone silent', async () => {
    const { events, lines: sockets } = setup();
    events.start();
    sockets[0]!.onopen?.();
    await vi.advanceTimersByTimeAsync(60_000);
    sockets[0]!.onmessage?.({ data: '{"type":"ping"}' });
    await vi.advanceTimersByTimeAsync(74_000);
    expect(events.connection.state).toBe('up');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events.connection.state).toBe('down');
  });

  it('signs out when the session is revoked elsewhere and makes no requests once stopped', async () => {
    const { events, lines: sockets, signedOut, state } = setup();
    events.start();
    sockets[0]!.onopen?.();
    sockets[0]!.onmessage?.({ data: '{"type":"signed_out"}' });
    expect(signedOut).toHaveBeenCalledOnce();
    events.stop();
    expect(sockets[0]!.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.checks).toBe(0);
    expect(events.connection.state).toBe('off');
  });

  it('does not reconnect when the session has ended', async () => {
    const { events, lines: sockets } = setup('ended');
    events.start();
    sockets[0]!.onclose?.();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sockets).toHaveLength(1);
  });

  it('spreads reconnects with jitter', () => {
    expect(retryDelay(3, 0)).toBe(8);
    expect(retryDelay(3, 1)).toBe(4);
    expect(retryDelay(99, 0)).toBe(30);
  });
});

it('the connection of a user closes when their sign-out begins', async () => {
  vi.stubGlobal('WebSocket', FakeSocket);
  connectEventsWhileSignedIn();
  session.setState(() => ({ state: 'in', me: {} as never, stale: false }));
  const found = [events.connection.state];
  const back = onSignOut(() => void found.push(events.connection.state));
  await endSession('left');
  back();
  vi.unstubAllGlobals();
  expect(found).toEqual(['opening', 'off']);
});
