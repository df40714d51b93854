import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANSWERED_WITHIN, ASKED_EVERY, LineSocket } from './socket';

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
  let line: LineSocket;
  const lost = vi.fn();
  const latest = () => FakeWebSocket.all.at(-1)!;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeWebSocket);
    FakeWebSocket.all = [];
    lost.mockClear();
    line = new LineSocket('wss://pbx.example/sip');
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
    vi.advanceTimersByTime(ASKED_EVERY);
    expect(latest().sent).toEqual(['\r\n\r\n']);
    vi.advanceTimersByTime(ANSWERED_WITHIN);
    expect(lost).toHaveBeenCalledOnce();
    expect(line.isConnected()).toBe(false);
  });

  it('counts as lost where it is not there in time', () => {
    line.drop();
    line.connect();
    lost.mockClear();
    vi.advanceTimersByTime(ANSWERED_WITHIN);
    expect(lost).toHaveBeenCalledOnce();
    expect(line.isConnecting()).toBe(false);
  });

  it('is lost sooner where it is asked in haste', () => {
    line.ask();
    line.ask(1500);
    vi.advanceTimersByTime(1500);
    expect(lost).toHaveBeenCalledOnce();
  });

  it('stays with one', () => {
    const heard = vi.fn();
    line.ondata = heard;
    vi.advanceTimersByTime(ASKED_EVERY);
    latest().onmessage?.({ data: '\r\n' });
    vi.advanceTimersByTime(ANSWERED_WITHIN);
    expect(lost).not.toHaveBeenCalled();
    expect(heard).toHaveBeenCalledWith('\r\n');
  });

  it('can be let go and opened again, and the one before says nothing more', () => {
    const before = latest();
    line.drop();
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
