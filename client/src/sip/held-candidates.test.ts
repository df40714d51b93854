import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSession } from '../../test/fake-sessions';
import { HeldCandidates } from './held-candidates';

const CONFIRMED = 9;
const WAITING_FOR_ACK = 6;
const offer = (ufrag: string) =>
  `v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 9\r\na=mid:0\r\na=ice-ufrag:${ufrag}\r\n` +
  'a=candidate:1 1 UDP 1 192.0.2.7 40000 typ host\r\n';

describe('the candidates of a re-offer', () => {
  const addIceCandidate = vi.fn(async () => undefined);
  const status = { status: CONFIRMED };
  let fake: FakeSession;

  function receive(sdp: string) {
    const event = { originator: 'remote', type: 'offer', sdp };
    fake.emit('sdp', event);
    return event.sdp;
  }

  beforeEach(() => {
    vi.useFakeTimers();
    addIceCandidate.mockClear();
    fake = new FakeSession();
    status.status = CONFIRMED;
    Object.defineProperty(fake, 'status', { get: () => status.status });
    Object.assign(fake, { connection: { remoteDescription: { sdp: offer('old') }, addIceCandidate } });
    new HeldCandidates(fake.session);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('reach the browser after the server has acknowledged the answer, not before', () => {
    expect(receive(offer('new'))).not.toContain('candidate');
    vi.advanceTimersByTime(1000);
    expect(addIceCandidate).not.toHaveBeenCalled();
    fake.emit('sdp', { originator: 'local', type: 'answer', sdp: '' });
    status.status = WAITING_FOR_ACK;
    vi.advanceTimersByTime(1000);
    expect(addIceCandidate).not.toHaveBeenCalled();
    status.status = CONFIRMED;
    vi.advanceTimersByTime(50);
    expect(addIceCandidate).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ sdpMid: '0' }));
  });

  it('stay in the offer if the ICE session is known', () => {
    expect(receive(offer('old'))).toBe(offer('old'));
  });

  it('are dropped when the call ends', () => {
    receive(offer('new'));
    fake.emit('sdp', { originator: 'local', type: 'answer', sdp: '' });
    fake.emit('ended');
    vi.advanceTimersByTime(1000);
    expect(addIceCandidate).not.toHaveBeenCalled();
  });
});
