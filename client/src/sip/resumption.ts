import type { RTCSession } from 'jssip/lib/RTCSession';
import type { CallState } from './call-state';

/** A call as kept across a reload of the page, in the storage of this tab: it is gone when the tab is closed. */
export interface SavedCall {
  /** The dialog (RFC 3261 section 12). */
  callId: string;
  localTag: string;
  remoteTag: string;
  number: string;
  name: string;
  /** Time of answer, and of the end of the page, epoch milliseconds. */
  since: number;
  leftAt: number;
  muted: boolean;
  /** On hold by this side. */
  held: boolean;
  camera: boolean;
  /** Video in either direction. */
  video: boolean;
}

const KEY = 'unificx.calls';
/** The server keeps a call of a closed page for ten seconds. Milliseconds. */
export const RESUME_WITHIN_MS = 9_000;
/** A call that ended while the page was gone is reported up to this age, milliseconds. */
const REPORT_WITHIN_MS = 300_000;

export function saveCalls(calls: readonly SavedCall[]): void {
  try {
    if (calls.length > 0) sessionStorage.setItem(KEY, JSON.stringify(calls));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Without storage the calls end with the page.
  }
}

/** Read and delete the calls of the previous page. */
export function takeSavedCalls(now: number): SavedCall[] {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as SavedCall[];
    sessionStorage.removeItem(KEY);
    return found.filter((each) => now - each.leftAt < REPORT_WITHIN_MS);
  } catch {
    return [];
  }
}

/** The Replaces header (RFC 3891) for the dialog of a saved call, from the perspective of the server. */
export function replacesHeader({ callId, localTag, remoteTag }: SavedCall): string {
  return `Replaces: ${callId};to-tag=${remoteTag};from-tag=${localTag}`;
}

/** The answered call of a session, as it is now. */
export function savedCall(session: RTCSession, state: CallState): SavedCall {
  const { phase, since, muted, camera, remote, remoteVideo } = state;
  // Not declared by JsSIP.
  const { _dialog: dialog } = session as unknown as { _dialog?: { id: Record<string, string> } };
  return {
    callId: dialog?.id.call_id ?? '',
    localTag: dialog?.id.local_tag ?? '',
    remoteTag: dialog?.id.remote_tag ?? '',
    number: remote.number,
    name: remote.name,
    since: since ?? Date.now(),
    leftAt: Date.now(),
    muted,
    held: phase === 'held',
    camera: camera === 'on',
    video: camera === 'on' || remoteVideo !== undefined,
  };
}
