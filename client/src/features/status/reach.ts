import { push, type PushState } from '~/api/push';
import { session } from '~/api/session';
import { createStore, useValue } from '~/core/store';
import { phone, type PhoneState } from '~/sip';

/** `always`: rings even when closed. `open`: rings only while open. `not`: does not ring. */
export type Reach = 'always' | 'open' | 'not';

/** Why this phone does not ring always. */
export type ReachReason =
  'offline' | 'no-extension' | 'refused' | 'connecting' | 'notifications' | 'blocked' | 'unsupported' | 'push-failed';

export interface Reachability {
  reach: Reach;
  reason?: ReachReason;
}

interface PhoneStatus {
  stale: boolean;
  line: PhoneState['line'];
  /** The SIP connection is in another tab of this browser. */
  elsewhere: boolean;
  hasExtension: boolean;
  push: PushState;
  /** Outcome of the last test message on this device; undefined if none was sent. */
  pushSeen?: boolean;
}

/** Whether the last self-test of this page received its push message. */
export const pushTest = createStore<{ seen?: boolean }>({});

/**
 * Derive from what is known: an unreachable server rings no phone, a working push subscription wakes a closed
 * client, and a registration rings an open one.
 */
export function reachability(status: PhoneStatus): Reachability {
  if (!status.hasExtension) return { reach: 'not', reason: 'no-extension' };
  if (status.stale) return { reach: 'not', reason: 'offline' };
  if (status.line === 'refused') return { reach: 'not', reason: 'refused' };
  const registered = status.line === 'ready' || status.elsewhere;
  if (!registered) return { reach: 'not', reason: status.line === 'retrying' ? 'offline' : 'connecting' };
  if (status.push === 'on' && status.pushSeen !== false) return { reach: 'always' };
  return { reach: 'open', reason: PUSH_REASONS[status.push] };
}

const PUSH_REASONS: Record<PushState, ReachReason> = {
  unsupported: 'unsupported',
  unasked: 'notifications',
  refused: 'blocked',
  waiting: 'connecting',
  failed: 'push-failed',
  on: 'push-failed',
};

/** Reachability of this phone, from the session, the registration and the push subscription. */
export function useReachability(): Reachability {
  const stale = useValue(session, (each) => each.state === 'in' && each.stale);
  const extensions = useValue(session, (each) => (each.state === 'in' ? each.me.extensions.length : 0));
  const { line, otherTab, problem } = useValue(phone.state);
  const { state } = useValue(push.state);
  const { seen } = useValue(pushTest);
  return reachability({
    stale,
    line,
    elsewhere: otherTab !== undefined,
    hasExtension: extensions > 0 && problem?.code !== 'no_extension',
    push: state,
    pushSeen: seen,
  });
}
