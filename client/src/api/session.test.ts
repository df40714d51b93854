import { locks } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { currentOwner, isOwned, readLocal, wipe } from '~/core/device-storage';
import { withLock } from '~/core/locks';
import { Problem } from '~/core/problem';
import { leaving, LEAVING_KEY, setLeaving } from './leaving';
import {
  completeWipe,
  hasPendingRequirements,
  endSession,
  onSignOut,
  refreshSession,
  session,
  signOut,
} from './session';
import { eventually } from '../../test/eventually';

const reload = vi.hoisted(() => vi.fn());
vi.mock('~/core/served-page', async (real) => ({ ...(await real<object>()), reloadPage: reload }));
vi.mock('~/core/device-storage', async (real) => {
  const storage = await real<typeof import('~/core/device-storage')>();
  return { ...storage, readLocal: vi.fn(), wipe: vi.fn(storage.wipe) };
});

const ME = { acceptance_needed: false } as never;

/** The answers of the server by method and path: a status, or none at all. */
const server = new Map<string, number | 'hangs' | 'unreachable'>();
const REVOKED = 'DELETE /api/v1/sessions/current';
const RENEWED = 'POST /api/v1/sessions/refresh';

function answer(path: string, { method = 'GET', signal }: RequestInit = {}): Promise<Response> {
  const given = server.get(`${method} ${path}`);
  if (typeof given === 'number') return Promise.resolve(new Response(null, { status: given }));
  if (given !== 'hangs') return Promise.reject(new TypeError('no network'));
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
    disconnect = () => reject(new TypeError('no network'));
  });
}

let disconnect: () => void = () => undefined;

const asked = vi.fn(answer);
const timesAsked = (what: string) =>
  asked.mock.calls.filter(([path, { method = 'GET' } = {}]) => what === `${method} ${path}`).length;

beforeEach(() => {
  session.setState(() => ({ state: 'in', me: ME, stale: false }));
  sessionStorage.clear();
  localStorage.clear();
  server.clear();
  asked.mockReset().mockImplementation(answer);
  vi.stubGlobal('fetch', asked);
  vi.mocked(wipe).mockClear();
  Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });
  return () => {
    localStorage.clear(); // a session that was left is not revoked any more
    disconnect();
  };
});

/** Another tab has changed the local storage. */
const changedElsewhere = (newValue: string | null = leaving() ?? null) =>
  dispatchEvent(new StorageEvent('storage', { key: LEAVING_KEY, newValue }));

/** Another tab holds a lock. Returns a function that closes it, and its end. */
async function otherTab(lock: string): Promise<{ close: () => void; closed: Promise<unknown> }> {
  let close: () => void = () => undefined;
  let closed: Promise<unknown> = Promise.resolve();
  await new Promise<void>((held) => {
    closed = locks.request(lock, () => {
      held();
      return new Promise<void>((resolve) => (close = resolve));
    });
  });
  return { close, closed };
}

describe('ending the session', () => {
  it('runs once however often it is requested', async () => {
    const task = vi.fn(async () => undefined);
    const back = onSignOut(task);
    await Promise.all([endSession('ended'), endSession('ended')]);
    expect(task).toHaveBeenCalledOnce();
    expect(session.state).toEqual({ state: 'out', because: 'ended' });
    back();
    session.setState(() => ({ state: 'in', me: ME, stale: false }));
    await endSession('ended');
    expect(task).toHaveBeenCalledOnce();
  });

  it("counts as the user's own sign-out even if it is reported from elsewhere meanwhile", async () => {
    const back = onSignOut(async () => {
      await Promise.resolve();
      void endSession('ended');
    });
    await signOut();
    back();
    expect(session.state).toEqual({ state: 'out', because: 'left' });
  });

  it('is not repeated by late answers to the user who has left', async () => {
    const task = vi.fn();
    const back = onSignOut(task);
    let refuse: (fault: unknown) => void = () => undefined;
    vi.spyOn(api, 'whoAmI').mockReturnValue(new Promise((_, reject) => (refuse = reject)) as never);
    const asked = refreshSession();
    await signOut();
    session.setState(() => ({ state: 'in', me: ME, stale: false }));
    refuse(new Problem('unauthenticated', 401, 'Sign in.'));
    await asked;
    back();
    expect(session.state.state).toBe('in');
    expect(task).toHaveBeenCalledOnce();
  });

  it('does not end the session of a user who signs in meanwhile', async () => {
    session.setState(() => ({ state: 'out' }));
    const ended = endSession('ended');
    session.setState(() => ({ state: 'in', me: ME, stale: false }));
    await ended;
    expect(session.state.state).toBe('in');
  });

  it('is awaited by a request for the session, which would concern the user who leaves', async () => {
    const states: string[] = [];
    vi.spyOn(api, 'whoAmI').mockImplementation((async () => {
      states.push(session.state.state);
      throw new Problem('unauthenticated', 401, 'Sign in.');
    }) as never);
    let refreshed: Promise<void> | undefined;
    const back = onSignOut(() => {
      refreshed = refreshSession();
    });
    await endSession('ended');
    await refreshed;
    back();
    expect(states).toEqual(['out']);
  });

  it('clears session storage even if a task fails', async () => {
    sessionStorage.setItem('personal', 'Ada');
    const back = onSignOut(() => {
      throw new Error('cannot forget');
    });
    await endSession('ended');
    back();
    expect(sessionStorage.getItem('personal')).toBeNull();
    expect(session.state.state).toBe('out');
  });

  it('clears the cookies of a session that was revoked elsewhere', async () => {
    server.set(RENEWED, 401);
    await endSession('left');
    expect(timesAsked(RENEWED)).toBe(0);
    session.setState(() => ({ state: 'in', me: ME, stale: false }));
    await endSession('ended');
    expect(timesAsked(RENEWED)).toBe(1);
  });

  it('does not wait forever', async () => {
    vi.useFakeTimers();
    const back = onSignOut(() => new Promise(() => undefined));
    const gone = endSession('ended');
    await vi.advanceTimersByTimeAsync(1_000);
    vi.useRealTimers();
    await gone;
    back();
    expect(session.state.state).toBe('out');
  });

  it('is reported at the next start if it happened while no page was open', async () => {
    session.setState(() => ({ state: 'unknown' }));
    vi.mocked(readLocal).mockResolvedValueOnce(ME);
    await endSession('ended');
    expect(session.state).toEqual({ state: 'out', because: 'ended' });
    session.setState(() => ({ state: 'unknown' }));
    await endSession('ended');
    expect(session.state).toEqual({ state: 'out' });
  });
});

describe('a sign-out', () => {
  it('wipes the device at once while the server does not answer, and is completed before the session is used', async () => {
    server.set(REVOKED, 'hangs');
    const found = vi.spyOn(api, 'whoAmI').mockResolvedValue({ data: ME } as never);
    await signOut();
    expect([session.state, leaving()]).toEqual([{ state: 'out', because: 'left' }, 'revoke']);
    session.setState(() => ({ state: 'unknown' })); // the page is loaded again, with the cookies of the session
    await refreshSession();
    expect([session.state, found.mock.calls.length]).toEqual([{ state: 'out' }, 0]);
  });

  it('is repeated until the server has answered', async () => {
    await signOut();
    await eventually(() => expect(timesAsked(REVOKED)).toBe(1));
    server.set(REVOKED, 503);
    await eventually(() => expect(timesAsked(REVOKED)).toBe(2));
    server.set(REVOKED, 204);
    await eventually(() => {
      dispatchEvent(new Event('online'));
      expect(leaving()).toBeUndefined();
    });
    const { length } = asked.mock.calls;
    vi.spyOn(api, 'whoAmI').mockResolvedValue({ data: ME } as never);
    await refreshSession();
    expect([session.state.state, asked.mock.calls.length]).toEqual(['in', length]);
  });

  it('renews a token that has expired, and is over where the session has ended', async () => {
    server.set(REVOKED, 401).set(RENEWED, 401);
    await signOut();
    await eventually(() => expect(leaving()).toBeUndefined());
    expect([timesAsked(REVOKED), timesAsked(RENEWED)]).toEqual([1, 1]);
  });

  it('is marked until the device is wiped', async () => {
    server.set(REVOKED, 204);
    const marked: unknown[] = [];
    const back = onSignOut(() => void marked.push(leaving()));
    vi.mocked(wipe).mockImplementationOnce(async () => marked.push(leaving()));
    await signOut();
    back();
    expect(marked).toEqual(['wipe', 'wipe']);
  });

  it('is completed at the next start if the page was closed before its data was wiped', async () => {
    server.set(REVOKED, 204);
    setLeaving('wipe');
    sessionStorage.setItem('personal', 'Ada');
    session.setState(() => ({ state: 'unknown' }));
    await refreshSession();
    expect(sessionStorage).toHaveLength(0);
    expect(session.state).toEqual({ state: 'out' });
    await eventually(() => expect(leaving()).toBeUndefined());
    expect(timesAsked(REVOKED)).toBe(1);
  });

  it('wipes nothing at a later start, such as the visit of a guest', async () => {
    setLeaving('revoke');
    sessionStorage.setItem('unificx-guest', 'visit');
    session.setState(() => ({ state: 'unknown' }));
    await refreshSession();
    expect(sessionStorage.getItem('unificx-guest')).toBe('visit');
    expect([session.state.state, vi.mocked(wipe).mock.calls.length]).toEqual(['out', 0]);
  });

  it('signs out the other tabs, which leave the wipe to the first', async () => {
    const task = vi.fn();
    const back = onSignOut(task);
    const owner = currentOwner();
    const first = await otherTab('unificx.wipe');
    sessionStorage.setItem('personal', 'Ada');
    setLeaving('wipe');
    changedElsewhere();
    back();
    expect(session.state).toEqual({ state: 'out', because: 'ended' });
    expect([task.mock.calls.length, sessionStorage.length, leaving()]).toEqual([1, 0, 'wipe']);
    expect(currentOwner()).not.toBe(owner); // it stores nothing any more
    expect(wipe).not.toHaveBeenCalled();
    setLeaving('revoke');
    first.close();
    await first.closed;
  });

  it('is completed by another tab if the first is closed before the data is wiped', async () => {
    server.set(REVOKED, 204);
    const first = await otherTab('unificx.wipe');
    setLeaving('wipe');
    changedElsewhere();
    expect(wipe).not.toHaveBeenCalled();
    first.close();
    await eventually(() => expect(leaving()).toBeUndefined());
    expect([vi.mocked(wipe).mock.calls.length, timesAsked(REVOKED)]).toEqual([1, 1]);
  });

  it('is followed by a tab that sees it late, when it is complete', () => {
    changedElsewhere('wipe');
    expect(session.state).toEqual({ state: 'out', because: 'ended' });
  });

  it('is left to a tab that takes it over, which may have let in the next user', async () => {
    server.set(REVOKED, 204);
    vi.useFakeTimers(); // the first tab is frozen for less than its tasks may take
    const back = onSignOut(() => locks.request('unificx.wipe', { steal: true }, async () => setLeaving('revoke')));
    await signOut();
    vi.useRealTimers();
    await eventually(() => expect(session.state.state).toBe('out'));
    back();
    expect(wipe).not.toHaveBeenCalled();
  });

  it('begins before its tasks: nothing is stored from then on', async () => {
    server.set(REVOKED, 204);
    vi.spyOn(api, 'whoAmI').mockResolvedValue({ data: ME } as never);
    await refreshSession();
    const owned = [isOwned()];
    const back = onSignOut(() => void owned.push(isOwned()));
    await signOut();
    back();
    expect([owned, isOwned()]).toEqual([[true, false], false]);
  });

  it('in another tab makes a late answer about the user void', async () => {
    await endSession('ended');
    session.setState(() => ({ state: 'unknown' }));
    vi.mocked(readLocal).mockResolvedValueOnce(ME);
    vi.spyOn(api, 'whoAmI').mockImplementation((async () => {
      setLeaving('wipe');
      return { data: ME };
    }) as never);
    await refreshSession();
    expect([session.state.state, isOwned()]).toEqual(['unknown', false]);
  });

  it('is followed by a tab that does not know the user yet: a late answer about them is void', async () => {
    session.setState(() => ({ state: 'unknown' }));
    let answer: (me: unknown) => void = () => undefined;
    vi.mocked(readLocal).mockResolvedValueOnce(ME);
    const known = vi.spyOn(api, 'whoAmI').mockReturnValue(new Promise((resolve) => (answer = resolve)) as never);
    const asked = refreshSession();
    await eventually(() => expect(known).toHaveBeenCalledOnce());
    changedElsewhere('wipe'); // complete by now
    answer({ data: ME });
    await asked;
    expect([session.state, isOwned()]).toEqual([{ state: 'out' }, false]);
  });

  it('is awaited by a sign-in in another tab, which completes it if that tab is closed', async () => {
    setLeaving('wipe');
    let close: () => void = () => undefined;
    const tab = locks.request('unificx.wipe', () => new Promise<void>((resolve) => (close = resolve)));
    const order: string[] = [];
    vi.mocked(wipe).mockImplementationOnce(async () => order.push('wiped'));
    const awaited = completeWipe().then(() => order.push('sign-in'));
    await eventually(async () => expect((await locks.query()).pending).toHaveLength(1));
    order.push('closed');
    close();
    await Promise.all([tab, awaited]);
    expect([order, leaving()]).toEqual([['closed', 'wiped', 'sign-in'], 'revoke']);
  });

  it('holds up no sign-in while the renewal of an earlier session hangs', async () => {
    vi.useFakeTimers();
    let renewal: AbortSignal | undefined;
    const hangs = withLock('unificx.refresh', (lost) => {
      renewal = lost;
      return new Promise<void>(() => undefined);
    }).catch((fault: unknown) => fault);
    await eventually(() => expect(renewal).toBeDefined());
    const signIn = vi.fn(async () => undefined);
    const signedIn = withLock('unificx.refresh', signIn, 3_000);
    await vi.advanceTimersByTimeAsync(3_000);
    vi.useRealTimers();
    await signedIn;
    expect(await hangs).toMatchObject({ code: 'unreachable' });
    expect([signIn.mock.calls.length, renewal?.aborted]).toEqual([1, true]);
  });
});

describe('a session of another user, who has signed in in another tab', () => {
  const person = (id: string) => ({ person: { id } }) as never;
  beforeEach(() => {
    reload.mockReset();
    vi.spyOn(api, 'whoAmI').mockResolvedValue({ data: person('bob') } as never);
  });

  it('loads a page anew that shows the former one, and leaves the data of the new one', async () => {
    session.setState(() => ({ state: 'in', me: person('ada'), stale: false }));
    vi.mocked(readLocal).mockResolvedValue(person('bob'));
    const owner = currentOwner();
    await refreshSession();
    expect([reload.mock.calls.length, vi.mocked(wipe).mock.calls.length]).toEqual([1, 0]);
    expect(currentOwner()).not.toBe(owner);
    vi.mocked(readLocal).mockReset();
  });

  it('does not get the data of the former one', async () => {
    session.setState(() => ({ state: 'out' }));
    vi.mocked(readLocal).mockResolvedValue(person('ada'));
    await refreshSession();
    expect([reload.mock.calls.length, vi.mocked(wipe).mock.calls.length]).toEqual([0, 1]);
    expect(session.state).toMatchObject({ state: 'in', me: { person: { id: 'bob' } } });
    vi.mocked(readLocal).mockReset();
  });
});

describe('the first look for a session', () => {
  const servedAs = (...names: string[]) => {
    const page = { workerStart: 0, serverTiming: names.map((name) => ({ name })) };
    vi.stubGlobal('performance', { getEntriesByType: () => [page] });
  };
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  const start = async () => {
    session.setState(() => ({ state: 'unknown' }));
    const asked = vi.spyOn(api, 'whoAmI').mockResolvedValue({ data: ME } as never);
    await refreshSession();
    return [session.state.state, asked.mock.calls.length];
  };

  it('asks nothing where the page was served without a session', async () => {
    servedAs('signed-out');
    expect(await start()).toEqual(['out', 0]);
  });

  it('asks the server where the page says nothing', async () => {
    servedAs();
    expect(await start()).toEqual(['in', 1]);
  });

  it('asks the server for a user who was signed in on this device', async () => {
    servedAs('signed-out');
    vi.mocked(readLocal).mockResolvedValueOnce(ME);
    expect(await start()).toEqual(['in', 1]);
  });

  it('asks the server after a sign-in', async () => {
    servedAs('signed-out');
    await start();
    await refreshSession();
    expect(session.state.state).toBe('in');
  });
});

it.each([
  [{ state: 'in', me: { acceptance_needed: true }, stale: false }, true],
  [{ state: 'in', me: { acceptance_needed: true }, stale: true }, false],
  [{ state: 'in', me: { must_change: true, acceptance_needed: false }, stale: false }, true],
  [{ state: 'in', me: { must_change: true, acceptance_needed: false }, stale: true }, false],
  [{ state: 'in', me: { must_change: false, acceptance_needed: false }, stale: false }, false],
  [{ state: 'out' }, false],
])('%o has pending requirements: %s', (now, half) => {
  expect(hasPendingRequirements(now as never)).toBe(half);
});
