import {
  api,
  clearSessionCookies,
  completeLeaving,
  forgetUnanswered,
  onRequirementsPending,
  onSessionEnded,
  type Me,
} from '~/api';
import { asProblem } from '~/core/problem';
import { saveLocal, currentOwner, disown, isOwned, own, readLocal, wipe } from '~/core/device-storage';
import { withLock } from '~/core/locks';
import { reloadPage, servedSignedOut } from '~/core/served-page';
import { createStore, useValue } from '~/core/store';
import { leaving, LEAVING_KEY, setLeaving } from './leaving';

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

/** Whether the user belongs to an organisation; an operator does not. */
export const hasTenant = (): boolean => session.state.state === 'in' && Boolean(session.state.me.tenant);

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

/** Longest time between two attempts to end a session that was left on the server. */
const MOST_SECONDS = 60;

let nextAttempt: ReturnType<typeof setTimeout> | undefined;

/**
 * Complete a sign-out on the device, then on the server: repeated until the server has answered, or a new session began.
 */
async function revoke(seconds = 1): Promise<void> {
  if (!leaving()) return;
  await completeWipe().catch(() => undefined);
  await completeLeaving().catch(() => undefined);
  clearTimeout(nextAttempt);
  nextAttempt = setTimeout(() => void revoke(Math.min(MOST_SECONDS, 2 * seconds)), seconds * 1000);
}

/** Held while the data of a user who leaves is wiped. */
const WIPE_LOCK = 'unificx.wipe';
/** Longest time in milliseconds that a sign-out in another tab is waited for. */
const WIPE_TIMEOUT_MS = 3_000;

/** Wait for a sign-out in another tab, and wipe the data if that tab was closed before. */
export async function completeWipe(): Promise<void> {
  if (leaving() !== 'wipe') return;
  const complete = async () => {
    if (leaving() === 'wipe') await wipe();
    if (leaving() === 'wipe') setLeaving('revoke');
  };
  await withLock(WIPE_LOCK, complete, WIPE_TIMEOUT_MS);
}

/** The device is that of this user from now on. */
function enter(me: Me, stale: boolean): void {
  own();
  session.setState(() => ({ state: 'in', me, stale }));
}

/** Follow a sign-out in another tab, which wipes the device. */
function followSignOut(): void {
  const { state } = session.state;
  if (state === 'in') void runSignOutTasks([...signOutTasks]);
  if (state !== 'out') session.setState(() => (state === 'in' ? { state: 'out', because: 'ended' } : { state: 'out' }));
  void revoke();
}

/** Fetch the signed-in user from the server. On a slow network the cached user is shown meanwhile. */
export async function refreshSession(): Promise<void> {
  if (ending) await ending; // a request meanwhile would concern the user who leaves
  if (leaving()) {
    await completeWipe().catch(() => undefined);
    if (session.state.state === 'in') disown();
    return followSignOut();
  }
  const owner = currentOwner();
  const cached = (await readLocal(CACHE_KEY)) as Me | undefined;
  // A device without a known user and without a session: the server would only answer with errors.
  if (!cached && session.state.state === 'unknown' && servedSignedOut())
    return session.setState(() => ({ state: 'out' }));
  const request = fetchSession(owner, cached);
  if (!cached || session.state.state === 'in') return request;
  await Promise.race([request, new Promise((resolve) => setTimeout(resolve, SERVER_TIMEOUT_MS))]);
  if (session.state.state === 'unknown' && owner === currentOwner() && !leaving()) enter(cached, true);
}

async function fetchSession(owner: number, cached: Me | undefined): Promise<void> {
  try {
    const { data } = await api.whoAmI();
    const stored = (await readLocal(CACHE_KEY)) as Me | undefined;
    if (owner !== currentOwner()) return;
    const present = await handleOtherUser(data, stored, owner);
    if (present !== currentOwner() || leaving()) return;
    enter(data, false);
    await saveLocal(present, CACHE_KEY, data);
  } catch (fault) {
    // Only an explicit 401 ends the session; a busy or unreachable server does not.
    if (asProblem(fault).status === 401) return endSession('ended', owner);
    if (owner !== currentOwner() || leaving()) return;
    const me = session.state.state === 'in' ? session.state.me : cached;
    if (me) enter(me, true);
    else session.setState(() => ({ state: 'out' }));
  }
}

/**
 * The session may be that of another user, who has signed in in another tab. Data that the device has of the former one
 * is wiped, and a page with any is loaded anew. Resolves to the token of the user, none if there is another by now.
 */
async function handleOtherUser({ person }: Me, stored: Me | undefined, owner: number): Promise<number | undefined> {
  let present = owner;
  const isOther = (me: Me | undefined) => me !== undefined && me.person?.id !== person?.id;
  if (isOther(stored)) {
    await runSignOutTasks([...signOutTasks]);
    if (owner !== currentOwner()) return undefined;
    present = await wipe();
  }
  const now = session.state;
  if (now.state !== 'in' || !isOther(now.me)) return present;
  disown();
  reloadPage();
  return undefined;
}

/** Time limit for sign-out tasks; personal data is wiped afterwards in any case. */
const SIGN_OUT_TIMEOUT_MS = 1_000;

let ending: Promise<void> | undefined;

/**
 * End the session and wipe all personal data from this device. Concurrent calls share one run: the user's own sign-out
 * is also reported by a server event and by refused requests. A report (`ended`) about an `owner` who has left
 * by now, or without a session, is ignored, since it would end the next session.
 */
export async function endSession(because: 'ended' | 'left', owner = currentOwner()): Promise<void> {
  const signedOut = because === 'ended' && session.state.state === 'out';
  if (owner !== currentOwner() || signedOut) return ending;
  if (!ending) disown();
  ending ??= Promise.resolve()
    .then(() => runSignOut(because))
    .finally(() => {
      ending = undefined;
    });
  return ending;
}

async function runSignOut(because: 'ended' | 'left'): Promise<void> {
  const known = session.state.state === 'in' || (await readLocal(CACHE_KEY)) !== undefined;
  await runSignOutTasks([...signOutTasks, ...(because === 'ended' ? [clearSessionCookies] : [])]);
  // While this tab was frozen, another one may have wiped the device for the next user.
  if (!isOwned() && (because === 'ended' || leaving() === 'wipe')) await wipe();
  if (isOwned()) return;
  disown(); // an answer to a request meanwhile is not stored for the next user
  // A late second report does not change the reason.
  session.setState((now) => (known ? { state: 'out', because } : now.state === 'out' ? now : { state: 'out' }));
}

async function runSignOutTasks(tasks: (() => void | Promise<void>)[]): Promise<void> {
  await Promise.race([
    Promise.allSettled(tasks.map(async (task) => task())),
    new Promise((resolve) => setTimeout(resolve, SIGN_OUT_TIMEOUT_MS)),
  ]);
}

/**
 * Sign out on this device, in all tabs. The data is wiped whether or not the server answers; it ends the session as soon
 * as it does.
 */
export async function signOut(): Promise<void> {
  const leave = async () => {
    setLeaving('wipe');
    await endSession('left');
    if (leaving() === 'wipe') setLeaving('revoke');
  };
  await withLock(WIPE_LOCK, leave, WIPE_TIMEOUT_MS).catch(() => undefined); // Another tab completes it.
  void revoke();
}

onSignOut(forgetUnanswered);
onSessionEnded((owner) => void endSession('ended', owner));
onRequirementsPending(() => void refreshSession());
addEventListener('storage', ({ key, newValue }: StorageEvent) => {
  // In a busy tab the sign-out may be complete by now.
  if (key !== LEAVING_KEY || (newValue !== 'wipe' && !leaving())) return;
  if (session.state.state !== 'out') disown(); // also before the answer about the user, who is not shown then
  followSignOut();
});
addEventListener('online', () => void revoke());
