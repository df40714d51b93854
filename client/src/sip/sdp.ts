/** SDP inspection (RFC 8866). */

function mediaSections(sdp: string): string[] {
  return sdp.split(/\r?\n(?=m=)/).slice(1);
}

/** Whether video is offered: a video section that is neither rejected nor inactive. */
export function offersVideo(sdp: string | null | undefined): boolean {
  return mediaSections(sdp ?? '').some((each) => /^m=video [1-9]/.test(each) && !/^a=inactive/m.test(each));
}

/** Add a=tls-id (RFC 8842) to `sdp`: without a constant one the media server restarts DTLS on an ICE restart. */
export function withTlsId(sdp: string, id: string): string {
  return sdp.includes('a=tls-id:') ? sdp : sdp.replaceAll(/(a=setup:\w+\r?\n)/g, `$1a=tls-id:${id}\r\n`);
}

/** Whether a candidate is usable by the server: not an mDNS .local name, not TCP. */
export function isUsableCandidate(candidate: string): boolean {
  return candidate !== '' && !candidate.includes('.local ') && !/ tcp /i.test(candidate);
}

/** SDP without candidates, and the candidates. */
export interface CandidatesApart {
  sdp: string;
  candidates: RTCIceCandidateInit[];
}

/** Take the candidates out of `sdp`, except those of ICE sessions that `known` already has (RFC 8839 section 4.2.1). */
export function takeCandidates(sdp: string, known: string): CandidatesApart {
  const candidates: RTCIceCandidateInit[] = [];
  const [head, ...sections] = sdp.split(/(?=^m=)/m);
  const rest = sections.map((section, sdpMLineIndex) => {
    const usernameFragment = /^a=ice-ufrag:(\S+)/m.exec(section)?.[1];
    if (!usernameFragment || known.includes(`a=ice-ufrag:${usernameFragment}`)) return section;
    const sdpMid = /^a=mid:(\S+)/m.exec(section)?.[1];
    return section.replaceAll(/^a=(candidate:[^\r\n]*|end-of-candidates)\r?\n/gm, (_, candidate: string) => {
      if (candidate.startsWith('candidate:')) candidates.push({ candidate, sdpMid, sdpMLineIndex, usernameFragment });
      return '';
    });
  });
  return { sdp: [head, ...rest].join(''), candidates };
}
