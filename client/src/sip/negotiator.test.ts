import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSession } from '../../test/sessions';
import { Negotiator } from './negotiator';

describe('changes of a call under way', () => {
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

  it('are done when the other side agrees', async () => {
    const held = negotiator.ask('hold');
    await vi.advanceTimersByTimeAsync(1);
    fake.agree();
    expect(await held).toBe(true);
    expect(fake.asked).toEqual(['hold']);
  });

  it('do not end the call when refused, and are tried again', async () => {
    const held = negotiator.ask('hold');
    await vi.advanceTimersByTimeAsync(1);
    fake.session.terminate({ cause: 'WebRTC Error', status_code: 500, reason_phrase: 'Hold Failed' });
    await vi.advanceTimersByTimeAsync(2000);
    // JsSIP counts itself as holding already: the same is asked with a new offer.
    expect(fake.asked).toEqual(['hold', 'renegotiate']);
    fake.agree();
    expect(await held).toBe(true);
    expect(fake.ends).toEqual([]);
  });

  it('are given up after four refusals, with the call still there', async () => {
    const asked = negotiator.ask('media');
    for (let round = 0; round < 4; round++) {
      await vi.advanceTimersByTimeAsync(5000);
      fake.session.terminate({ reason_phrase: 'Media Renegotiation Failed' });
    }
    expect(await asked).toBe(false);
    expect(fake.asked).toHaveLength(4);
    expect(fake.ended).toBe(false);
  });

  it('wait for one another', async () => {
    const first = negotiator.ask('hold');
    const second = negotiator.ask('restart');
    await vi.advanceTimersByTimeAsync(500);
    expect(fake.asked).toEqual(['hold']);
    fake.agree();
    await first;
    await vi.advanceTimersByTimeAsync(500);
    expect(fake.asked).toEqual(['hold', 'restart']);
    fake.agree();
    expect(await second).toBe(true);
  });

  it('end with the call', async () => {
    const asked = negotiator.ask('media');
    await vi.advanceTimersByTimeAsync(1);
    fake.session.terminate();
    expect(await asked).toBe(false);
    expect(fake.ends).toHaveLength(1);
  });

  it('leave a call alone whose connection to the server is lost', async () => {
    const asked = negotiator.ask('restart');
    await vi.advanceTimersByTimeAsync(1);
    fake.session.terminate({ cause: 'Connection Error', status_code: 500 });
    expect(watch.lineLost).toHaveBeenCalledOnce();
    expect(fake.ended).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    fake.agree();
    expect(await asked).toBe(true);
  });

  it('are tried when the media are lost, instead of an end', () => {
    fake.session.terminate({ cause: 'RTP Timeout', status_code: 408 });
    expect(watch.mediaLost).toHaveBeenCalledOnce();
    expect(fake.ended).toBe(false);
  });

  it('do not keep alive a call that nobody has answered', () => {
    fake.established = false;
    fake.session.terminate({ cause: 'Connection Error', status_code: 500 });
    expect(fake.ended).toBe(true);
    expect(watch.lineLost).not.toHaveBeenCalled();
  });
});
