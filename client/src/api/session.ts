import { api, onSessionOver, type Me } from '~/api';
import { asProblem } from '~/kernel/problem';
import { kept, wipe } from '~/kernel/kept';
import { createStore } from '~/kernel/store';

/**
 * Whether somebody is signed in. `unknown` until the server was asked; offline, what was last known is shown and `stale` says so.
 */
export type Session =
  { state: 'unknown' } | { state: 'out'; because?: 'ended' | 'left' } | { state: 'in'; me: Me; stale: boolean };

export const session = createStore<Session>({ state: 'unknown' });

const leaving = new Set<() => void | Promise<void>>();

/** Call when the session ends: a phone unregisters, a room forgets. Returns how to take it back. */
export function onLeaving(task: () => void | Promise<void>): () => void {
  leaving.add(task);
  return () => leaving.delete(task);
}

/** Ask the server who is signed in. */
export async function lookUp(): Promise<void> {
  try {
    const { data } = await api.whoAmI();
    await kept.values.put({ key: 'me', value: data });
    session.setState(() => ({ state: 'in', me: data as Me, stale: false }));
  } catch (fault) {
    if (!asProblem(fault).offline) return leave('ended');
    const last = await kept.values.get('me');
    session.setState(() => (last ? { state: 'in', me: last.value as Me, stale: true } : { state: 'out' }));
  }
}

/** The session is over, by whoever's doing: everything personal goes from this device. */
export async function leave(because: 'ended' | 'left'): Promise<void> {
  const before = session.state;
  for (const task of leaving) await Promise.resolve(task()).catch(() => undefined);
  await wipe();
  session.setState(() => (before.state === 'in' ? { state: 'out', because } : { state: 'out' }));
}

/** Sign out here. */
export async function signOut(): Promise<void> {
  await api.signOut().catch(() => undefined);
  await leave('left');
}

onSessionOver(() => void leave('ended'));
