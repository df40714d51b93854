import { api, clearSessionCookies, onRequirementsPending, onSessionEnded, type Me } from '~/api';
import { asProblem } from '~/core/problem';
import { saveLocal, currentOwner, readLocal, wipe } from '~/core/device-storage';
import { createStore } from '~/core/store';

/**
 * Whether somebody is signed in. `unknown` until the server was asked; offline, what was last known is shown and `stale` says so.
 */
export type Session =
  { state: 'unknown' } | { state: 'out'; because?: 'ended' | 'left' } | { state: 'in'; me: Me; stale: boolean };

export const session = createStore<Session>({ state: 'unknown' });

/** Whether somebody is in who has yet to choose a password or to say yes to the present terms: nothing else before that. */
export function hasPendingRequirements(now: Session): boolean {
  return now.state === 'in' && !now.stale && (now.me.must_change || now.me.acceptance_needed);
}

const signOutTasks = new Set<() => void | Promise<void>>();

/** Call when the session ends: a phone unregisters, a room forgets. Returns how to take it back. */
export function onSignOut(task: () => void | Promise<void>): () => void {
  signOutTasks.add(task);
  return () => signOutTasks.delete(task);
}

const CACHE_KEY = 'me';
/** How long the server is waited for before what was here last is shown. */
const SERVER_TIMEOUT_MS = 1_200;

/** Ask the server who is signed in. With a slow network what was known last is shown meanwhile. */
export async function refreshSession(): Promise<void> {
  const owner = currentOwner();
  const cached = (await readLocal(CACHE_KEY)) as Me | undefined;
  const request = fetchSession(owner, cached);
  if (!cached || session.state.state === 'in') return request;
  await Promise.race([request, new Promise((resolve) => setTimeout(resolve, SERVER_TIMEOUT_MS))]);
  session.setState((before) => (before.state === 'unknown' ? { state: 'in', me: cached, stale: true } : before));
}

async function fetchSession(owner: number, cached: Me | undefined): Promise<void> {
  try {
    const { data } = await api.whoAmI();
    if (owner !== currentOwner()) return;
    await saveLocal(owner, CACHE_KEY, data);
    session.setState(() => ({ state: 'in', me: data, stale: false }));
  } catch (fault) {
    // Only a server that says so ends a session: one that is busy or away does not.
    if (asProblem(fault).status === 401) return endSession('ended');
    if (owner !== currentOwner()) return;
    session.setState((before) => {
      const me = before.state === 'in' ? before.me : cached;
      return me ? { state: 'in', me, stale: true } : { state: 'out' };
    });
  }
}

/** Whoever forgets something has so long; what is personal goes then in any case. */
const SIGN_OUT_TIMEOUT_MS = 3_000;

let signingOut = false;
let ending: Promise<void> | undefined;

/**
 * The session is over, by whoever's doing: everything personal goes from this device. Told more than once, as happens when
 * one's own signing out is also heard of from the server, it is done once: a second time it might meet who has come in since.
 */
export function endSession(because: 'ended' | 'left'): Promise<void> {
  ending ??= runSignOut(because).finally(() => {
    ending = undefined;
  });
  return ending;
}

async function runSignOut(because: 'ended' | 'left'): Promise<void> {
  const known = session.state.state === 'in' || (await readLocal(CACHE_KEY)) !== undefined;
  await Promise.race([
    Promise.allSettled(
      [...signOutTasks, ...(because === 'ended' ? [clearSessionCookies] : [])].map(async (task) => task()),
    ),
    new Promise((resolve) => setTimeout(resolve, SIGN_OUT_TIMEOUT_MS)),
  ]);
  await wipe();
  const reason = signingOut ? 'left' : because;
  // Who hears of it again, too late to be the first, changes nothing about why.
  session.setState((now) => (known ? { state: 'out', because: reason } : now.state === 'out' ? now : { state: 'out' }));
}

/** Sign out here. */
export async function signOut(): Promise<void> {
  signingOut = true;
  try {
    await api.signOut().catch(() => undefined);
    await endSession('left');
  } finally {
    signingOut = false;
  }
}

onSessionEnded(() => void endSession('ended'));
onRequirementsPending(() => void refreshSession());
