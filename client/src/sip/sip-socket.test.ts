import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KEEPALIVE_TIMEOUT_MS, KEEPALIVE_INTERVAL_MS, SipSocket } from './sip-socket';

class FakeWebSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static all: FakeWebSocket[] = [];
  readyState = FakeWebSocket.CONNECTING;
  readonly sent: unknown[] = [];
  closed = 0;
  onopen: (() => void) | null = null;
  onclose: ((event: object) => void) | null = null;
  onmessage: ((event: object) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeWebSocket.all.push(this);
  }

  open(): void {
    this.readyState = FakeWebSocket.OPEN;
    this.onopen?.();
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(): void {
    this.closed += 1;
  }
}

describe('the SIP WebSocket', () => {
  let socket: SipSocket;
  const lost = vi.fn();
  const latest = () => FakeWebSocket.all.at(-1)!;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeWebSocket);
    FakeWebSocket.all = [];
    lost.mockClear();
    socket = new SipSocket('wss://pbx.example/sip');
    socket.ondisconnect = lost;
    socket.connect();
    latest().open();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('implements the JsSIP socket interface', () => {
    expect([socket.via_transport, socket.sip_uri]).toEqual(['WSS', 'sip:pbx.example;transport=ws']);
    expect(latest().protocol).toBe('sip');
    expect(socket.isConnected()).toBe(true);
  });

  it('sends keepalives and counts as lost without a reply', () => {
    vi.advanceTimersByTime(KEEPALIVE_INTERVAL_MS);
    expect(latest().sent).toEqual(['\r\n\r\n']);
    vi.advanceTimersByTime(KEEPALIVE_TIMEOUT_MS);
    expect(lost).toHaveBeenCalledOnce();
    expect(socket.isConnected()).toBe(false);
  });

  it('counts as lost if it does not open in time', () => {
    socket.fail();
    socket.connect();
    lost.mockClear();
    vi.advanceTimersByTime(KEEPALIVE_TIMEOUT_MS);
    expect(lost).toHaveBeenCalledOnce();
    expect(socket.isConnecting()).toBe(false);
  });

  it('is lost sooner with a shorter limit', () => {
    socket.sendKeepalive();
    socket.sendKeepalive(1500);
    vi.advanceTimersByTime(1500);
    expect(lost).toHaveBeenCalledOnce();
  });

  it('stays open with a reply', () => {
    const onData = vi.fn();
    socket.ondata = onData;
    vi.advanceTimersByTime(KEEPALIVE_INTERVAL_MS);
    latest().onmessage?.({ data: '\r\n' });
    vi.advanceTimersByTime(KEEPALIVE_TIMEOUT_MS);
    expect(lost).not.toHaveBeenCalled();
    expect(onData).toHaveBeenCalledWith('\r\n');
  });

  it('can be dropped and reopened, ignoring the previous socket', () => {
    const before = latest();
    socket.fail();
    socket.connect();
    expect(lost).toHaveBeenCalledOnce();
    expect(before.closed).toBe(1);
    expect(before.onclose).toBeNull();
    expect(FakeWebSocket.all).toHaveLength(2);
  });

  it('does not report a requested disconnect', () => {
    socket.disconnect();
    expect(latest().closed).toBe(1);
    expect(lost).not.toHaveBeenCalled();
    expect(socket.send('REGISTER')).toBe(false);
  });
});
