/** What a session description says, as far as the telephone looks at it (RFC 8866). */

function mediaSections(sdp: string): string[] {
  return sdp.split(/\r?\n(?=m=)/).slice(1);
}

/** Whether pictures are offered: a video section that is neither rejected nor silent. */
export function offersVideo(sdp: string | null | undefined): boolean {
  return mediaSections(sdp ?? '').some((each) => /^m=video [1-9]/.test(each) && !/^a=inactive/m.test(each));
}

/** `sdp` with a=tls-id (RFC 8842): without one, constant over the call, the media server begins DTLS anew at an ICE restart. */
export function withTlsId(sdp: string, id: string): string {
  return sdp.includes('a=tls-id:') ? sdp : sdp.replaceAll(/(a=setup:\w+\r?\n)/g, `$1a=tls-id:${id}\r\n`);
}

/** Whether a candidate says where this browser is to be found: one that hides behind a .local name does not. */
export function isUsableCandidate(candidate: string): boolean {
  return candidate !== '' && !candidate.includes('.local ') && !/ tcp /i.test(candidate);
}
