/** Why a call ended; the texts belong to the views. */
export type EndReason =
  | 'left' // hung up here
  | 'hung-up' // by the remote party
  | 'declined-here'
  | 'missed'
  | 'elsewhere' // answered on another device of the user
  | 'declined'
  | 'busy'
  | 'no-answer'
  | 'unavailable'
  | 'unknown-number'
  | 'no-outside-line' // calls outside are not set up
  | 'carrier-refused'
  | 'carrier-unavailable' // none of the carriers can take the call
  | 'not-allowed'
  | 'no-credit'
  | 'credit-used-up' // during the call
  | 'trial-ended'
  | 'unpaid'
  | 'no-common-media'
  | 'line-lost'
  | 'other-window' // there is a call in another tab, which has the line
  | 'media-lost'
  | 'replaced'
  | 'not-resumed' // could not be taken up again after a reload
  | 'transferred' // transferred by the user
  | 'fault';

/** End event of JsSIP, reduced to what matters. */
export interface SessionEnd {
  originator: string;
  cause: string;
  /** Status of a final response, and Reason header of a BYE or CANCEL (RFC 3326), if any. */
  status?: number;
  reason?: string;
}

const BY_STATUS: Record<number, EndReason> = {
  401: 'not-allowed',
  402: 'no-credit',
  403: 'not-allowed',
  404: 'unknown-number',
  407: 'not-allowed',
  408: 'no-answer',
  410: 'unknown-number',
  415: 'no-common-media',
  480: 'unavailable',
  484: 'unknown-number',
  486: 'busy',
  487: 'no-answer',
  488: 'no-common-media',
  600: 'busy',
  603: 'declined',
  604: 'unknown-number',
  606: 'no-common-media',
};

export function endReasonOf(
  { originator, cause, status, reason }: SessionEnd,
  incoming: boolean,
  answered: boolean,
): EndReason {
  if (/connection error/i.test(cause)) return 'line-lost';
  if (/rtp timeout/i.test(cause)) return 'media-lost';
  if (answered && /credit is used up/i.test(reason ?? '')) return 'credit-used-up';
  if (answered) return originator === 'remote' ? 'hung-up' : 'left';
  if (incoming) return originator === 'remote' ? unanswered(reason) : 'declined-here';
  // Q.850 cause 3: no route to the destination.
  if (status === 404 && /Q\.850\s*;\s*cause\s*=\s*3\b/i.test(reason ?? '')) return 'no-outside-line';
  // Cause 21: call rejected; 38: network out of order.
  if (status === 403 && /Q\.850\s*;\s*cause\s*=\s*21\b/i.test(reason ?? '')) return 'carrier-refused';
  if (/Q\.850\s*;\s*cause\s*=\s*38\b/i.test(reason ?? '')) return 'carrier-unavailable';
  if (status === 402 && /trial has ended/i.test(reason ?? '')) return 'trial-ended';
  if (status === 402 && /invoice is overdue/i.test(reason ?? '')) return 'unpaid';
  if (status) return BY_STATUS[status] ?? (status < 500 ? 'unavailable' : 'fault');
  if (/no answer|expires|timeout/i.test(cause)) return 'no-answer';
  if (/sdp|webrtc|media description/i.test(cause)) return 'no-common-media';
  return originator === 'local' ? 'left' : 'fault';
}

/**
 * The Reason header of a CANCEL tells whether another device answered (RFC 3326: `SIP;cause=200;text="Call completed
 * elsewhere"`).
 */
function unanswered(reason = ''): EndReason {
  return /cause\s*=\s*(200|603)|completed elsewhere|declined elsewhere/i.test(reason) ? 'elsewhere' : 'missed';
}

/** How long the end of a call stays on the screen, milliseconds; undefined until dismissed. */
export function displayDurationMs(reason: EndReason, incoming = false): number | undefined {
  if (reason === 'not-resumed' || reason === 'other-window' || (reason === 'line-lost' && !incoming)) return undefined;
  if (reason === 'left' || reason === 'declined-here' || reason === 'replaced') return 0;
  return reason === 'hung-up' || reason === 'transferred' || reason === 'elsewhere' || reason === 'missed'
    ? 1500
    : 6000;
}
