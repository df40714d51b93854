import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEAF_AFTER, GIVEN_UP_AFTER, Vitals } from './vitals';

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
  const listener = { reading: vi.fn(), ask: vi.fn(), mend: vi.fn(), way: vi.fn(), giveUp: vi.fn() };
  let connection: FakeConnection;
  let vitals: Vitals;
  const pass = (readings: number) => vi.advanceTimersByTimeAsync(readings * READING);

  beforeEach(async () => {
    vi.useFakeTimers();
    for (const each of Object.values(listener)) each.mockReset();
    listener.mend.mockResolvedValue(true);
    connection = new FakeConnection();
    vitals = new Vitals(connection as never, listener);
    await pass(2);
  });

  afterEach(() => {
    vitals.close();
    vi.useRealTimers();
  });

  it('asks the server when nothing comes, then says that the way is lost, and mends it', async () => {
    connection.flows = false;
    await pass(2);
    expect(listener.ask).toHaveBeenCalledOnce();
    expect(listener.way).not.toHaveBeenCalled();
    await pass(DEAF_AFTER - 2);
    expect(listener.way).toHaveBeenLastCalledWith('lost');
    expect(listener.mend).toHaveBeenCalledOnce();
    connection.flows = true;
    await pass(1);
    expect(listener.way).toHaveBeenLastCalledWith('found');
  });

  it('takes no silence for a loss while the way answers', async () => {
    connection.flows = false;
    for (let count = 0; count < 8; count++) {
      await pass(DEAF_AFTER - 1);
      connection.answers! += 1;
    }
    expect(listener.way).not.toHaveBeenCalled();
  });

  it('takes no silence for a loss where answers are not counted', async () => {
    vitals.close();
    connection.answers = undefined;
    vitals = new Vitals(connection as never, listener);
    connection.flows = false;
    await pass(4 * DEAF_AFTER);
    expect(listener.way).not.toHaveBeenCalled();
  });

  it('says so at the first silence in another network, and not at all if nothing is missed', async () => {
    vitals.doubt();
    await pass(4);
    expect(listener.way).toHaveBeenCalledExactlyOnceWith('doubtful');
    connection.flows = false;
    await pass(1);
    expect(listener.way).toHaveBeenLastCalledWith('lost');
  });

  it('agrees on a way anew when the server is reached again, without alarm while it is heard', async () => {
    vitals.doubt();
    vitals.renew();
    await pass(1);
    expect(listener.mend).toHaveBeenCalledOnce();
    expect(listener.way.mock.calls).toEqual([['doubtful'], ['found']]);
    connection.flows = false;
    await pass(2);
    expect(listener.way).toHaveBeenLastCalledWith('found'); // Silence means no more than before.
  });

  it('says so while a way was agreed on that brings nothing yet, and gives it time', async () => {
    vitals.doubt();
    connection.flows = false;
    vitals.renew();
    await pass(1);
    expect(listener.way).toHaveBeenLastCalledWith('lost');
    expect(listener.mend).toHaveBeenCalledOnce();
    await pass(4);
    expect(listener.mend).toHaveBeenCalledTimes(2);
  });

  it('tries again while it stays lost, believes no connection that brings nothing, and gives up', async () => {
    connection.flows = false;
    await pass(DEAF_AFTER + 20);
    expect(listener.mend.mock.calls.length).toBeGreaterThan(1);
    expect(listener.way).toHaveBeenCalledExactlyOnceWith('lost');
    await vi.advanceTimersByTimeAsync(GIVEN_UP_AFTER + 5000);
    expect(listener.giveUp).toHaveBeenCalledOnce();
  });

  it('mends what the browser gave up', async () => {
    connection.flows = false;
    connection.becomes('failed');
    expect(listener.way).toHaveBeenLastCalledWith('lost');
    connection.becomes('connected');
    expect(listener.way).toHaveBeenLastCalledWith('found');
  });
});
