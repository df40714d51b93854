import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOST_AFTER, GIVE_UP_AFTER_MS, IceMonitor } from './ice-monitor';

const READING = 500;

/** A connection with controllable statistics. */
class FakeConnection extends EventTarget {
  iceConnectionState = 'connected';
  connectionState = 'connected';
  packets = 0;
  answers: number | undefined = 1;
  flows = true;

  getStats(): Promise<Map<string, unknown>> {
    if (this.flows) this.packets += 25;
    const stats = [
      { id: 's', type: 'inbound-rtp', kind: 'audio', packetsReceived: this.packets },
      { id: 'p', type: 'candidate-pair', responsesReceived: this.answers },
    ];
    return Promise.resolve(new Map(stats.map((each) => [each.id, each])));
  }

  setIceState(state: string): void {
    this.iceConnectionState = state;
    this.dispatchEvent(new Event('iceconnectionstatechange'));
  }
}

describe('the ICE monitor', () => {
  const listener = { reading: vi.fn(), probe: vi.fn(), restartIce: vi.fn(), pathChanged: vi.fn(), giveUp: vi.fn() };
  let connection: FakeConnection;
  let monitor: IceMonitor;
  const advance = (readings: number) => vi.advanceTimersByTimeAsync(readings * READING);

  beforeEach(async () => {
    vi.useFakeTimers();
    for (const each of Object.values(listener)) each.mockReset();
    listener.restartIce.mockResolvedValue(true);
    connection = new FakeConnection();
    monitor = new IceMonitor(connection as never, listener);
    await advance(2);
  });

  afterEach(() => {
    monitor.close();
    vi.useRealTimers();
  });

  it('probes the server when nothing arrives, then reports the loss and restarts ICE', async () => {
    connection.flows = false;
    await advance(2);
    expect(listener.probe).toHaveBeenCalledOnce();
    expect(listener.pathChanged).not.toHaveBeenCalled();
    await advance(LOST_AFTER - 2);
    expect(listener.pathChanged).toHaveBeenLastCalledWith('lost');
    expect(listener.restartIce).toHaveBeenCalledOnce();
    connection.flows = true;
    await advance(1);
    expect(listener.pathChanged).toHaveBeenLastCalledWith('connected');
  });

  it('waits for the path that an offer of the remote party leads to', async () => {
    connection.flows = false;
    await advance(LOST_AFTER - 1);
    monitor.remoteOffered();
    await advance(9);
    expect(listener.restartIce).not.toHaveBeenCalled();
    await advance(1);
    expect(listener.restartIce).toHaveBeenCalledOnce();
    await advance(8);
    monitor.remoteOffered();
    await advance(9);
    expect(listener.restartIce).toHaveBeenCalledOnce();
    await advance(1);
    expect(listener.restartIce).toHaveBeenCalledTimes(2);
  });

  it('waits for that path also if the browser has reported a disconnection', async () => {
    monitor.close();
    connection.answers = undefined;
    monitor = new IceMonitor(connection as never, listener);
    await advance(1);
    connection.flows = false;
    connection.setIceState('disconnected');
    monitor.remoteOffered();
    await advance(9);
    expect(listener.restartIce).not.toHaveBeenCalled();
    await advance(1);
    expect(listener.restartIce).toHaveBeenCalledOnce();
    connection.setIceState('connected');
    connection.setIceState('disconnected');
    monitor.remoteOffered();
    connection.setIceState('connected');
    monitor.remoteOffered();
    await advance(11);
    expect(listener.restartIce).toHaveBeenCalledOnce();
    monitor.remoteOffered();
    connection.setIceState('disconnected');
    await advance(9);
    expect(listener.restartIce).toHaveBeenCalledOnce();
    await advance(1);
    expect(listener.restartIce).toHaveBeenCalledTimes(2);
  });

  it('does not report a loss while STUN responses arrive', async () => {
    connection.flows = false;
    for (let count = 0; count < 8; count++) {
      await advance(LOST_AFTER - 1);
      connection.answers! += 1;
    }
    expect(listener.pathChanged).not.toHaveBeenCalled();
  });

  it('does not report a loss where responses are not counted', async () => {
    monitor.close();
    connection.answers = undefined;
    monitor = new IceMonitor(connection as never, listener);
    connection.flows = false;
    await advance(4 * LOST_AFTER);
    expect(listener.pathChanged).not.toHaveBeenCalled();
  });

  it('reports a loss at the first silent reading in another network, and none otherwise', async () => {
    monitor.suspectNetworkChange();
    await advance(4);
    expect(listener.pathChanged).toHaveBeenCalledExactlyOnceWith('suspect');
    connection.flows = false;
    await advance(1);
    expect(listener.pathChanged).toHaveBeenLastCalledWith('lost');
  });

  it('does not wait in another network for the path that an offer before led to', async () => {
    monitor.remoteOffered();
    monitor.suspectNetworkChange();
    connection.flows = false;
    await advance(1);
    expect(listener.pathChanged).toHaveBeenLastCalledWith('lost');
  });

  it('renegotiates when the server is reached again, without reporting a loss', async () => {
    monitor.suspectNetworkChange();
    monitor.renegotiate();
    await advance(1);
    expect(listener.restartIce).toHaveBeenCalledOnce();
    expect(listener.pathChanged.mock.calls).toEqual([['suspect'], ['connected']]);
    connection.flows = false;
    await advance(2);
    expect(listener.pathChanged).toHaveBeenLastCalledWith('connected'); // The usual threshold applies again.
  });

  it('reports a loss after a renegotiation that brings no media, and waits', async () => {
    monitor.suspectNetworkChange();
    connection.flows = false;
    monitor.renegotiate();
    await advance(1);
    expect(listener.pathChanged).toHaveBeenLastCalledWith('lost');
    expect(listener.restartIce).toHaveBeenCalledOnce();
    await advance(4);
    expect(listener.restartIce).toHaveBeenCalledTimes(2);
  });

  it('retries while lost, ignores a connected state without media, and gives up', async () => {
    connection.flows = false;
    await advance(LOST_AFTER + 20);
    expect(listener.restartIce.mock.calls.length).toBeGreaterThan(1);
    expect(listener.pathChanged).toHaveBeenCalledExactlyOnceWith('lost');
    await vi.advanceTimersByTimeAsync(GIVE_UP_AFTER_MS + 5000);
    expect(listener.giveUp).toHaveBeenCalledOnce();
  });

  it('restarts ICE when the browser reports failure', async () => {
    connection.flows = false;
    connection.setIceState('failed');
    expect(listener.pathChanged).toHaveBeenLastCalledWith('lost');
    connection.setIceState('connected');
    expect(listener.pathChanged).toHaveBeenLastCalledWith('connected');
  });
});
