import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOST_AFTER, GIVE_UP_AFTER_MS, IceMonitor } from './ice-monitor';

const READING = 500;

/** A connection that tells what the test lets come over it. */
class FakeConnection extends EventTarget {
  iceConnectionState = 'connected';
  connectionState = 'connected';
  sound = 0;
  answers: number | undefined = 1;
  flows = true;

  getStats(): Promise<Map<string, unknown>> {
    if (this.flows) this.sound += 25;
    const stats = [
      { id: 's', type: 'inbound-rtp', kind: 'audio', packetsReceived: this.sound },
      { id: 'p', type: 'candidate-pair', responsesReceived: this.answers },
    ];
    return Promise.resolve(new Map(stats.map((each) => [each.id, each])));
  }

  becomes(state: string): void {
    this.iceConnectionState = state;
    this.dispatchEvent(new Event('iceconnectionstatechange'));
  }
}

describe('the watch over a connection', () => {
  const listener = { reading: vi.fn(), probe: vi.fn(), restartIce: vi.fn(), pathChanged: vi.fn(), giveUp: vi.fn() };
  let connection: FakeConnection;
  let vitals: IceMonitor;
  const pass = (readings: number) => vi.advanceTimersByTimeAsync(readings * READING);

  beforeEach(async () => {
    vi.useFakeTimers();
    for (const each of Object.values(listener)) each.mockReset();
    listener.restartIce.mockResolvedValue(true);
    connection = new FakeConnection();
    vitals = new IceMonitor(connection as never, listener);
    await pass(2);
  });

  afterEach(() => {
    vitals.close();
    vi.useRealTimers();
  });

  it('asks the server when nothing comes, then says that the way is lost, and mends it', async () => {
    connection.flows = false;
    await pass(2);
    expect(listener.probe).toHaveBeenCalledOnce();
    expect(listener.pathChanged).not.toHaveBeenCalled();
    await pass(LOST_AFTER - 2);
    expect(listener.pathChanged).toHaveBeenLastCalledWith('lost');
    expect(listener.restartIce).toHaveBeenCalledOnce();
    connection.flows = true;
    await pass(1);
    expect(listener.pathChanged).toHaveBeenLastCalledWith('connected');
  });

  it('takes no silence for a loss while the way answers', async () => {
    connection.flows = false;
    for (let count = 0; count < 8; count++) {
      await pass(LOST_AFTER - 1);
      connection.answers! += 1;
    }
    expect(listener.pathChanged).not.toHaveBeenCalled();
  });

  it('takes no silence for a loss where answers are not counted', async () => {
    vitals.close();
    connection.answers = undefined;
    vitals = new IceMonitor(connection as never, listener);
    connection.flows = false;
    await pass(4 * LOST_AFTER);
    expect(listener.pathChanged).not.toHaveBeenCalled();
  });

  it('says so at the first silence in another network, and not at all if nothing is missed', async () => {
    vitals.suspectNetworkChange();
    await pass(4);
    expect(listener.pathChanged).toHaveBeenCalledExactlyOnceWith('suspect');
    connection.flows = false;
    await pass(1);
    expect(listener.pathChanged).toHaveBeenLastCalledWith('lost');
  });

  it('agrees on a way anew when the server is reached again, without alarm while it is heard', async () => {
    vitals.suspectNetworkChange();
    vitals.renegotiate();
    await pass(1);
    expect(listener.restartIce).toHaveBeenCalledOnce();
    expect(listener.pathChanged.mock.calls).toEqual([['suspect'], ['connected']]);
    connection.flows = false;
    await pass(2);
    expect(listener.pathChanged).toHaveBeenLastCalledWith('connected'); // Silence means no more than before.
  });

  it('says so while a way was agreed on that brings nothing yet, and gives it time', async () => {
    vitals.suspectNetworkChange();
    connection.flows = false;
    vitals.renegotiate();
    await pass(1);
    expect(listener.pathChanged).toHaveBeenLastCalledWith('lost');
    expect(listener.restartIce).toHaveBeenCalledOnce();
    await pass(4);
    expect(listener.restartIce).toHaveBeenCalledTimes(2);
  });

  it('tries again while it stays lost, believes no connection that brings nothing, and gives up', async () => {
    connection.flows = false;
    await pass(LOST_AFTER + 20);
    expect(listener.restartIce.mock.calls.length).toBeGreaterThan(1);
    expect(listener.pathChanged).toHaveBeenCalledExactlyOnceWith('lost');
    await vi.advanceTimersByTimeAsync(GIVE_UP_AFTER_MS + 5000);
    expect(listener.giveUp).toHaveBeenCalledOnce();
  });

  it('mends what the browser gave up', async () => {
    connection.flows = false;
    connection.becomes('failed');
    expect(listener.pathChanged).toHaveBeenLastCalledWith('lost');
    connection.becomes('connected');
    expect(listener.pathChanged).toHaveBeenLastCalledWith('connected');
  });
});
