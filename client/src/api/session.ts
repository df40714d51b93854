import { api, clearSessionCookies, forgetUnanswered, onRequirementsPending, onSessionEnded, type Me } from '~/api';
import { asProblem, type Problem } from '~/core/problem';
import { saveLocal, currentOwner, readLocal, wipe } from '~/core/device-storage';
import { servedSignedOut } from '~/core/served-page';
import { createStore, useValue } from '~/core/store';

/** Session state. `unknown` until the server has answered; offline, the last known user is shown with `stale` set. */
export type Session =
  { state: 'unknown' } | { state: 'out'; because?: 'ended' | 'left' } | { state: 'in'; me: Me; stale: boolean };

export const session = createStore<Session>({ state: 'unknown' });

/**
 * Whether the user must still choose a password or accept the current terms; all other requests are refused until then.
 */
export function hasPendingRequirements(now: Session): boolean {
  return now.state === 'in' && !now.stale && (now.me.must_change || now.me.acceptance_needed);
}

/** Whether a significant version of the privacy policy is unanswered. Telephone calls work meanwhile. */
export function awaitsConsent(now: Session): boolean {
  return now.state === 'in' && !now.stale && !now.me.must_change && now.me.policy === 'consent';
}

/** Whether the user's organisation uses chat. */
export const useChatAllowed = (): boolean =>
  useValue(session, (each) => each.state !== 'in' || each.me.tenant?.chat !== false);

/** Whether the user looks after the installation and all of its organisations. */
export const useIsOperator = (): boolean =>
  useValue(session, (each) => each.state === 'in' && each.me.role === 'operator');

/** Tells whether the user has a permission, by their role or by a custom role. Operators have all of them. */
export function useMay(): (permission: string) => boolean {
  const permissions = useValue(session, (each) => (each.state === 'in' ? each.me.permissions : undefined));
  return (permission) => permissions?.includes(permission) ?? false;
}

/** Whether the user looks after resellers, or after the customers of their own organisation, which is one. */
export const useResells = (): boolean =>
  useValue(session, (each) => each.state === 'in' && (each.me.role === 'operator' || each.me.resells === true));

/** Whether the user looks after their own organisation, which has a provider. */
export const useIsAdministrator = (): boolean =>
  useValue(session, (each) => each.state === 'in' && each.me.role === 'tenant_admin');

const signOutTasks = new Set<() => void | Promise<void>>();

/**
 * Register a task for the end of the session (unregister the phone, clear caches). Returns the function that removes
 * it.
 */
export function onSignOut(task: () => void | Promise<void>): () => void {
  signOutTasks.add(task);
  return () => signOutTasks.delete(task);
}

const CACHE_KEY = 'me';
/** How long to wait for the server before showing the cached user. */
const SERVER_TIMEOUT_MS = 1_200;

/** Set while the server has not confirmed a sign-out: its cookies are still valid. */
const LEAVING_KEY = 'unificx.leaving';

/** Whether a sign-out is not complete: a start would end any session. */
export function isLeaving(): boolean {
  try {
    return localStorage.getItem(LEAVING_KEY) !== null;
  } catch {
    return false; // The browser allows no storage, and no cookies either.
  }
}

function setLeaving(leaving: boolean): void {
  try {
    if (leaving) localStorage.setItem(LEAVING_KEY, 'yes');
    else localStorage.removeItem(LEAVING_KEY);
  } catch {
    // As above.
  }
}

/** A new session has replaced one that was left. */
export const startSession = () => setLeaving(false);

let leaving: Promise<Problem | undefined> | undefined;

/**
 * End the session on the server, once at a time; without a connection this is repeated until the server has answered.
 * Returns why it has not.
 */
export function leaveServer(): Promise<Problem | undefined> {
  setLeaving(true);
  leaving ??= endServerSession().finally(() => {
    leaving = undefined;
  });
  return leaving;
}

async function endServerSession(): Promise<Problem | undefined> {
  const fault = await api.signOut().then(() => undefined, asProblem);
  if (fault && fault.status !== 401) return fault;
  setLeaving(false);
  return undefined;
}

/** Wait for the answer to a sign-out, if there is one under way: it would delete the cookies of a new session. */
export async function whenLeft(): Promise<void> {
  await leaving;
}

/** Fetch the signed-in user from the server. On a slow network the cached user is shown meanwhile. */
export async function refreshSession(): Promise<void> {
  if (isLeaving()) {
    // The page that began the sign-out wipes; if it was closed before, this one does.
    if (!signingOut) await endSession('left');
    if (isLeaving()) void leaveServer();
    return;
  }
  const owner = currentOwner();
  const cached = (await readLocal(CACHE_KEY)) as Me | undefined;
  // A device without a known user and without a session: the server would only answer with errors.
  if (!cached && session.state.state === 'unknown' && servedSignedOut())
    return session.setState(() => ({ state: 'out' }));
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
    // Only an explicit 401 ends the session; a busy or unreachable server does not.
    if (asProblem(fault).status === 401) return endSession('ended', owner);
    if (owner !== currentOwner()) return;
    session.setState((before) => {
      const me = before.state === 'in' ? before.me : cached;
      return me ? { state: 'in', me, stale: true } : { state: 'out' };
    });
  }
}

/** Time limit for sign-out tasks; personal data is wiped afterwards in any case. */
const SIGN_OUT_TIMEOUT_MS = 3_000;

let signingOut = false;
let ending: Promise<void> | undefined;

/**
 * End the session and wipe all personal data from this device. Concurrent calls share one run: the user's own sign-out
 * is also reported by a server event and by refused requests. A report (`ended`) about an `owner` who has left
 * by now, or without a session, is ignored, since it would end the next session.
 */
export async function endSession(because: 'ended' | 'left', owner = currentOwner()): Promise<void> {
  const signedOut = because === 'ended' && session.state.state === 'out';
  if (owner !== currentOwner() || signedOut) return ending;
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
  // A late second report does not change the reason.
  session.setState((now) => (known ? { state: 'out', because: reason } : now.state === 'out' ? now : { state: 'out' }));
}

/** Sign out on this device. */
export async function signOut(): Promise<void> {
  const owner = currentOwner();
  signingOut = true;
  try {
    await leaveServer();
    await endSession('left', owner);
  } finally {
    signingOut = false;
  }
}

onSignOut(forgetUnanswered);
onSessionEnded((owner) => void endSession('ended', owner));
onRequirementsPending(() => void refreshSession());
addEventListener('online', () => {
  // An attempt without a connection fails first.
  void whenLeft().then(() => {
    if (isLeaving()) void leaveServer();
  });
});
