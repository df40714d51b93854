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

describe('the WebSocket under the telephone', () => {
  let line: SipSocket;
  const lost = vi.fn();
  const latest = () => FakeWebSocket.all.at(-1)!;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeWebSocket);
    FakeWebSocket.all = [];
    lost.mockClear();
    line = new SipSocket('wss://pbx.example/sip');
    line.ondisconnect = lost;
    line.connect();
    latest().open();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is what JsSIP takes for a socket', () => {
    expect([line.via_transport, line.sip_uri]).toEqual(['WSS', 'sip:pbx.example;transport=ws']);
    expect(latest().protocol).toBe('sip');
    expect(line.isConnected()).toBe(true);
  });

  it('asks for a sign of life and counts as lost without one', () => {
    vi.advanceTimersByTime(KEEPALIVE_INTERVAL_MS);
    expect(latest().sent).toEqual(['\r\n\r\n']);
    vi.advanceTimersByTime(KEEPALIVE_TIMEOUT_MS);
    expect(lost).toHaveBeenCalledOnce();
    expect(line.isConnected()).toBe(false);
  });

  it('counts as lost where it is not there in time', () => {
    line.fail();
    line.connect();
    lost.mockClear();
    vi.advanceTimersByTime(KEEPALIVE_TIMEOUT_MS);
    expect(lost).toHaveBeenCalledOnce();
    expect(line.isConnecting()).toBe(false);
  });

  it('is lost sooner where it is asked in haste', () => {
    line.sendKeepalive();
    line.sendKeepalive(1500);
    vi.advanceTimersByTime(1500);
    expect(lost).toHaveBeenCalledOnce();
  });

  it('stays with one', () => {
    const heard = vi.fn();
    line.ondata = heard;
    vi.advanceTimersByTime(KEEPALIVE_INTERVAL_MS);
    latest().onmessage?.({ data: '\r\n' });
    vi.advanceTimersByTime(KEEPALIVE_TIMEOUT_MS);
    expect(lost).not.toHaveBeenCalled();
    expect(heard).toHaveBeenCalledWith('\r\n');
  });

  it('can be let go and opened again, and the one before says nothing more', () => {
    const before = latest();
    line.fail();
    line.connect();
    expect(lost).toHaveBeenCalledOnce();
    expect(before.closed).toBe(1);
    expect(before.onclose).toBeNull();
    expect(FakeWebSocket.all).toHaveLength(2);
  });

  it('is silent about an end that was asked for', () => {
    line.disconnect();
    expect(latest().closed).toBe(1);
    expect(lost).not.toHaveBeenCalled();
    expect(line.send('REGISTER')).toBe(false);
  });
});
