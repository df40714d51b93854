import { api, clearSessionCookies, forgetUnanswered, onRequirementsPending, onSessionEnded, type Me } from '~/api';
import { asProblem, Problem } from '~/core/problem';
import { saveLocal, currentOwner, localKeys, readLocal, wipe } from '~/core/device-storage';
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

/**
 * Set from the beginning of a sign-out until the device is wiped and the server has confirmed the end of the session,
 * whose cookies are valid until then. `signOut` begins one; a start and the return of the network complete it, and
 * `startSession` ends it. Steps of a sign-in run in `whileSigningIn`, and no sign-out is repeated beside them.
 */
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

/** Time limit for waiting for the server to end a session. The request goes on: a renewal must not be cancelled. */
const LEAVE_TIMEOUT_MS = 20_000;

/** `signOut` is running: the device is not wiped yet. */
let signingOut = false;
/** The request that ends the session on the server. */
let leaving: Promise<Problem | undefined> | undefined;
/** The server has confirmed the end of the session. */
let confirmed = false;
/** Steps of a sign-in that are running. */
const steps = new Set<Promise<void>>();

/** End the session on the server, once at a time. Returns why that is not confirmed. */
export function leaveServer(): Promise<Problem | undefined> {
  setLeaving(true);
  leaving ??= endServerSession().finally(() => {
    leaving = undefined;
  });
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<Problem>((resolve) => {
    timer = setTimeout(() => resolve(Problem.unreachable()), LEAVE_TIMEOUT_MS);
  });
  return Promise.race([leaving, late]).finally(() => clearTimeout(timer));
}

async function endServerSession(): Promise<Problem | undefined> {
  confirmed = false;
  const fault = await api.signOut().then(() => undefined, asProblem);
  if (fault && fault.status !== 401) return fault;
  confirmed = true;
  finishLeaving();
  return undefined;
}

function finishLeaving(): void {
  if (confirmed && !signingOut) setLeaving(false);
}

/**
 * Run a step of a sign-in, after the answer to a sign-out that is under way, which would delete the new cookies.
 * Rejects without an answer.
 */
export async function whileSigningIn(work: () => Promise<void>): Promise<void> {
  const step = (async () => {
    if (leaving) await leaveServer();
    if (leaving) throw Problem.unreachable();
    await work();
  })();
  steps.add(step);
  await step.finally(() => steps.delete(step));
}

/** Complete an earlier sign-out, once neither an attempt, a wipe nor a sign-in is running. */
async function repeatSignOut(): Promise<void> {
  // An attempt without a connection fails first.
  while (leaving || ending || steps.size) await Promise.allSettled([leaving, ending, ...steps]);
  if (isLeaving()) await leaveServer();
}

/** Fetch the signed-in user from the server. On a slow network the cached user is shown meanwhile. */
export async function refreshSession(): Promise<void> {
  if (isLeaving()) {
    // The page that began the sign-out wipes; if it was closed before, this one does.
    if (!signingOut && (await localKeys()).length > 0) await endSession('left');
    session.setState((now) => (now.state === 'unknown' ? { state: 'out' } : now));
    void repeatSignOut();
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

/** Sign out on this device. Without a connection, the server is asked again later. */
export async function signOut(): Promise<void> {
  const owner = currentOwner();
  signingOut = true;
  try {
    await leaveServer();
    await endSession('left', owner);
  } finally {
    signingOut = false;
    finishLeaving();
  }
}

onSignOut(forgetUnanswered);
onSessionEnded((owner) => void endSession('ended', owner));
onRequirementsPending(() => void refreshSession());
addEventListener('online', () => void repeatSignOut());
