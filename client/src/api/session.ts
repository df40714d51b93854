import { api, giveBackCookies, onHalfIn, onSessionOver, type Me } from '~/api';
import { asProblem } from '~/kernel/problem';
import { keep, keptFor, recall, wipe } from '~/kernel/kept';
import { createStore } from '~/kernel/store';

/**
 * Whether somebody is signed in. `unknown` until the server was asked; offline, what was last known is shown and `stale` says so.
 */
export type Session =
  { state: 'unknown' } | { state: 'out'; because?: 'ended' | 'left' } | { state: 'in'; me: Me; stale: boolean };

export const session = createStore<Session>({ state: 'unknown' });

/** Whether somebody is in who has yet to choose a password or to say yes to the present terms: nothing else before that. */
export function isHalfIn(now: Session): boolean {
  return now.state === 'in' && !now.stale && (now.me.must_change || now.me.acceptance_needed);
}

const leaving = new Set<() => void | Promise<void>>();

/** Call when the session ends: a phone unregisters, a room forgets. Returns how to take it back. */
export function onLeaving(task: () => void | Promise<void>): () => void {
  leaving.add(task);
  return () => leaving.delete(task);
}

const ME = 'me';
/** How long the server is waited for before what was here last is shown. */
const PATIENCE_MS = 1_200;

/** Ask the server who is signed in. With a slow network what was known last is shown meanwhile. */
export async function lookUp(): Promise<void> {
  const whose = keptFor();
  const last = (await recall(ME)) as Me | undefined;
  const asked = ask(whose, last);
  if (!last || session.state.state === 'in') return asked;
  await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  session.setState((before) => (before.state === 'unknown' ? { state: 'in', me: last, stale: true } : before));
}

async function ask(whose: number, last: Me | undefined): Promise<void> {
  try {
    const { data } = await api.whoAmI();
    if (whose !== keptFor()) return;
    await keep(whose, ME, data);
    session.setState(() => ({ state: 'in', me: data, stale: false }));
  } catch (fault) {
    // Only a server that says so ends a session: one that is busy or away does not.
    if (asProblem(fault).status === 401) return leave('ended');
    if (whose !== keptFor()) return;
    session.setState((before) => {
      const me = before.state === 'in' ? before.me : last;
      return me ? { state: 'in', me, stale: true } : { state: 'out' };
    });
  }
}

/** Whoever forgets something has so long; what is personal goes then in any case. */
const LONGEST_GOODBYE_MS = 3_000;

let signingOut = false;
let going: Promise<void> | undefined;

/**
 * The session is over, by whoever's doing: everything personal goes from this device. Told more than once, as happens when
 * one's own signing out is also heard of from the server, it is done once: a second time it might meet who has come in since.
 */
export function leave(because: 'ended' | 'left'): Promise<void> {
  going ??= depart(because).finally(() => {
    going = undefined;
  });
  return going;
}

async function depart(because: 'ended' | 'left'): Promise<void> {
  const known = session.state.state === 'in' || (await recall(ME)) !== undefined;
  await Promise.race([
    Promise.allSettled([...leaving, ...(because === 'ended' ? [giveBackCookies] : [])].map(async (task) => task())),
    new Promise((resolve) => setTimeout(resolve, LONGEST_GOODBYE_MS)),
  ]);
  await wipe();
  const why = signingOut ? 'left' : because;
  // Who hears of it again, too late to be the first, changes nothing about why.
  session.setState((now) => (known ? { state: 'out', because: why } : now.state === 'out' ? now : { state: 'out' }));
}

/** Sign out here. */
export async function signOut(): Promise<void> {
  signingOut = true;
  try {
    await api.signOut().catch(() => undefined);
    await leave('left');
  } finally {
    signingOut = false;
  }
}

onSessionOver(() => void leave('ended'));
onHalfIn(() => void lookUp());
