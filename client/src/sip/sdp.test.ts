import { describe, expect, it } from 'vitest';
import { isUsableCandidate, offersVideo, takeCandidates, withTlsId } from './sdp';

const SOUND = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=setup:actpass\r\na=sendrecv\r\n';
const PICTURE = 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=setup:actpass\r\na=sendrecv\r\n';

describe('SDP', () => {
  it('offers video or not', () => {
    expect(offersVideo(SOUND)).toBe(false);
    expect(offersVideo(SOUND + PICTURE)).toBe(true);
    expect(offersVideo(SOUND + PICTURE.replace('video 9', 'video 0'))).toBe(false);
    expect(offersVideo(SOUND + PICTURE.replace('sendrecv', 'inactive'))).toBe(false);
    expect(offersVideo(null)).toBe(false);
  });

  it('gets a tls-id in every section, once', () => {
    const once = withTlsId(SOUND + PICTURE, 'abc');
    expect(once.match(/a=tls-id:abc\r\n/g)).toHaveLength(2);
    expect(withTlsId(once, 'def')).toBe(once);
  });

  it('waits for a usable candidate', () => {
    expect(isUsableCandidate('candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host')).toBe(true);
    expect(isUsableCandidate('candidate:1 1 udp 2122260223 0a1b.local 50000 typ host')).toBe(false);
    expect(isUsableCandidate('candidate:1 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active')).toBe(false);
    expect(isUsableCandidate('')).toBe(false);
  });

  it('gives up the candidates of new ICE sessions only', () => {
    const section = (kind: string, ufrag: string) =>
      `m=${kind} 9 UDP/TLS/RTP/SAVPF 9\r\na=mid:${kind}\r\na=ice-ufrag:${ufrag}\r\n` +
      'a=candidate:1 1 UDP 1 192.0.2.7 40000 typ host\r\na=end-of-candidates\r\n';
    const known = section('audio', 'old');
    const { sdp, candidates } = takeCandidates(`v=0\r\n${known}${section('video', 'new')}`, `v=0\r\n${known}`);
    expect(sdp).toBe(`v=0\r\n${known}m=video 9 UDP/TLS/RTP/SAVPF 9\r\na=mid:video\r\na=ice-ufrag:new\r\n`);
    expect(candidates).toEqual([
      {
        candidate: 'candidate:1 1 UDP 1 192.0.2.7 40000 typ host',
        sdpMid: 'video',
        sdpMLineIndex: 1,
        usernameFragment: 'new',
      },
    ]);
  });
});
