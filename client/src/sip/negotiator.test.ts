import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSession } from '../../test/fake-sessions';
import { Negotiator } from './negotiator';

describe('renegotiation', () => {
  const watch = { lineLost: vi.fn(), mediaLost: vi.fn() };
  let fake: FakeSession;
  let negotiator: Negotiator;

  beforeEach(() => {
    vi.useFakeTimers();
    watch.lineLost.mockClear();
    watch.mediaLost.mockClear();
    fake = new FakeSession();
    fake.established = true;
    negotiator = new Negotiator(fake.session, watch);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('succeeds when the remote party agrees', async () => {
    const held = negotiator.request('hold');
    await vi.advanceTimersByTimeAsync(1);
    fake.remoteAccepts();
    expect(await held).toBe(true);
    expect(fake.requests).toEqual(['hold']);
  });

  it('does not end the call when refused and is retried', async () => {
    const held = negotiator.request('hold');
    await vi.advanceTimersByTimeAsync(1);
    fake.session.terminate({ cause: 'WebRTC Error', status_code: 500, reason_phrase: 'Hold Failed' });
    await vi.advanceTimersByTimeAsync(2000);
    // JsSIP considers itself holding already: retried with a new offer.
    expect(fake.requests).toEqual(['hold', 'renegotiate']);
    fake.remoteAccepts();
    expect(await held).toBe(true);
    expect(fake.terminations).toEqual([]);
  });

  it('gives up after four refusals, keeping the call', async () => {
    const asked = negotiator.request('media');
    for (let round = 0; round < 4; round++) {
      await vi.advanceTimersByTimeAsync(5000);
      fake.session.terminate({ reason_phrase: 'Media Renegotiation Failed' });
    }
    expect(await asked).toBe(false);
    expect(fake.requests).toHaveLength(4);
    expect(fake.ended).toBe(false);
  });

  it('runs one change at a time', async () => {
    const first = negotiator.request('hold');
    const second = negotiator.request('restart');
    await vi.advanceTimersByTimeAsync(500);
    expect(fake.requests).toEqual(['hold']);
    fake.remoteAccepts();
    await first;
    await vi.advanceTimersByTimeAsync(500);
    expect(fake.requests).toEqual(['hold', 'restart']);
    fake.remoteAccepts();
    expect(await second).toBe(true);
  });

  it('ends with the call', async () => {
    const asked = negotiator.request('media');
    await vi.advanceTimersByTimeAsync(1);
    fake.session.terminate();
    expect(await asked).toBe(false);
    expect(fake.terminations).toHaveLength(1);
  });

  it('keeps the call when the connection to the server is lost', async () => {
    const asked = negotiator.request('restart');
    await vi.advanceTimersByTimeAsync(1);
    fake.session.terminate({ cause: 'Connection Error', status_code: 500 });
    expect(watch.lineLost).toHaveBeenCalledOnce();
    expect(fake.ended).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    fake.remoteAccepts();
    expect(await asked).toBe(true);
  });

  it('is tried on lost media instead of ending the call', () => {
    fake.session.terminate({ cause: 'RTP Timeout', status_code: 408 });
    expect(watch.mediaLost).toHaveBeenCalledOnce();
    expect(fake.ended).toBe(false);
  });

  it('does not keep an unanswered call alive', () => {
    fake.established = false;
    fake.session.terminate({ cause: 'Connection Error', status_code: 500 });
    expect(fake.ended).toBe(true);
    expect(watch.lineLost).not.toHaveBeenCalled();
  });
});
