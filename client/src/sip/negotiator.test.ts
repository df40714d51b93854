import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSession } from '../../test/fake-sessions';
import { Negotiator, REQUEST_PENDING } from './negotiator';

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

  it.each([
    ['outgoing', 2100, 4000],
    ['incoming', 0, 2000],
  ])(
    'repeats an offer of an %s call that has met another one after %i to %i ms',
    async (direction, earliest, latest) => {
      const random = vi.spyOn(Math, 'random');
      fake.direction = direction;
      for (const [luck, delay] of [
        [0, earliest],
        [1, latest],
      ] as const) {
        random.mockReturnValue(luck);
        const asked = negotiator.request('media');
        await vi.advanceTimersByTimeAsync(0);
        const before = fake.requests.length;
        fake.emit(REQUEST_PENDING);
        fake.remoteRejects();
        await vi.advanceTimersByTimeAsync(Math.max(delay - 1, 0));
        expect(fake.requests).toHaveLength(delay ? before : before + 1);
        await vi.advanceTimersByTimeAsync(1);
        expect(fake.requests).toHaveLength(before + 1);
        fake.remoteAccepts();
        await asked;
      }
      random.mockRestore();
    },
  );

  it('does not restart ICE if the remote party has done so meanwhile', async () => {
    const described = (fragment: string) => ({
      remoteDescription: { sdp: `m=audio 9 UDP/TLS/RTP/SAVPF 9\r\na=ice-ufrag:${fragment}\r\n` },
      signalingState: 'stable',
    });
    fake.connection = described('before');
    fake.ready = false; // it answers the offer of the remote party
    const restarted = negotiator.request('restart');
    const changed = negotiator.request('media');
    await vi.advanceTimersByTimeAsync(100);
    fake.connection = described('after');
    fake.ready = true;
    await vi.advanceTimersByTimeAsync(100);
    expect(await restarted).toBe(true);
    fake.remoteAccepts();
    expect(await changed).toBe(true);
    expect(fake.requests).toEqual(['renegotiate']);
    void negotiator.request('restart');
    await vi.advanceTimersByTimeAsync(100);
    expect(fake.requests).toEqual(['renegotiate', 'restart']);
  });

  it('refuses an offer that meets its own, and no other', () => {
    const reject = vi.fn();
    fake.emit('reinvite', { reject });
    expect(reject).not.toHaveBeenCalled();
    fake._dialog.uac_pending_reply = true;
    fake.emit('reinvite', { reject });
    expect(reject).toHaveBeenCalledExactlyOnceWith({ status_code: 491 });
  });

  it('rolls a refused offer back, unless one of the remote party is being applied', async () => {
    const connection = { signalingState: 'have-local-offer', setLocalDescription: vi.fn(() => Promise.resolve()) };
    Object.assign(fake, { connection });
    const refuse = async (ready: boolean) => {
      const asked = negotiator.request('media');
      await vi.advanceTimersByTimeAsync(0);
      fake.ready = ready;
      fake.remoteRejects();
      await vi.advanceTimersByTimeAsync(0);
      fake.ready = true;
      await vi.advanceTimersByTimeAsync(2000);
      fake.remoteAccepts();
      await asked;
    };
    await refuse(false);
    expect(connection.setLocalDescription).not.toHaveBeenCalled();
    await refuse(true);
    expect(connection.setLocalDescription).toHaveBeenCalledExactlyOnceWith({ type: 'rollback' });
  });

  it('ends with the call although a refused offer is being rolled back, which a closed connection never finishes', async () => {
    fake.connection = {
      remoteDescription: { sdp: '' },
      signalingState: 'have-local-offer',
      setLocalDescription: () => new Promise(() => undefined),
    } as never;
    const held = vi.fn();
    void negotiator.request('hold').then(held);
    await vi.advanceTimersByTimeAsync(0);
    fake.remoteRejects('Hold Failed');
    await vi.advanceTimersByTimeAsync(0);
    fake.ended = true;
    fake.emit('ended', { originator: 'remote', cause: 'Terminated' });
    await vi.advanceTimersByTimeAsync(2000);
    expect(held).toHaveBeenCalledExactlyOnceWith(false);
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

  it('gives up after eight offers that met others', async () => {
    const asked = negotiator.request('media');
    for (let round = 0; round < 8; round++) {
      await vi.advanceTimersByTimeAsync(2000);
      fake.emit(REQUEST_PENDING);
    }
    expect(await asked).toBe(false);
    expect(fake.requests).toHaveLength(8);
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

  it.each(['Connection Error', 'Request Timeout'])('keeps the call after a %s', async (cause) => {
    const asked = negotiator.request('restart');
    await vi.advanceTimersByTimeAsync(1);
    fake.session.terminate({ cause, status_code: 500, reason_phrase: cause });
    expect(watch.lineLost).toHaveBeenCalledOnce();
    expect(fake.ended).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    fake.remoteAccepts();
    expect(await asked).toBe(true);
  });

  it('ends the call with its session timer', () => {
    fake.session.terminate({ cause: 'Request Timeout', status_code: 408, reason_phrase: 'Session Timer Expired' });
    expect(fake.ended).toBe(true);
  });

  it('is tried on lost media instead of ending the call', () => {
    fake.session.terminate({ cause: 'RTP Timeout', status_code: 408 });
    expect(watch.mediaLost).toHaveBeenCalledOnce();
    expect(fake.ended).toBe(false);
  });

  it('does not keep an unanswered call alive', () => {
    fake.established = false;
    fake.session.terminate({ cause: 'Connection Error', status_code: 500, reason_phrase: 'Connection Error' });
    expect(fake.ended).toBe(true);
    expect(watch.lineLost).not.toHaveBeenCalled();
  });
});
