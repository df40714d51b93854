import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { readLocal } from '~/core/device-storage';
import { Problem } from '~/core/problem';
import {
  hasPendingRequirements,
  endSession,
  isLeaving,
  onSignOut,
  refreshSession,
  session,
  signOut,
  startSession,
  whenLeft,
} from './session';
import { eventually } from '../../test/eventually';

vi.mock('~/core/device-storage', async (real) => ({ ...(await real<object>()), readLocal: vi.fn() }));

const ME = { acceptance_needed: false } as never;

beforeEach(() => {
  session.setState(() => ({ state: 'in', me: ME, stale: false }));
  sessionStorage.clear();
  localStorage.clear();
});

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

  it("counts as the user's own sign-out even if the server event arrives first", async () => {
    vi.spyOn(api, 'signOut').mockImplementation((async () => {
      void endSession('ended');
    }) as never);
    await signOut();
    expect(session.state).toEqual({ state: 'out', because: 'left' });
  });

  it('is not repeated by late answers to the user who has left', async () => {
    const task = vi.fn();
    const back = onSignOut(task);
    let refuse: (fault: unknown) => void = () => undefined;
    vi.spyOn(api, 'whoAmI').mockReturnValue(new Promise((_, reject) => (refuse = reject)) as never);
    vi.spyOn(api, 'signOut').mockImplementation((() => endSession('ended')) as never);
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
    const asked = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(null, { status: 401 }));
    await endSession('left');
    expect(asked).not.toHaveBeenCalled();
    session.setState(() => ({ state: 'in', me: ME, stale: false }));
    await endSession('ended');
    expect(asked).toHaveBeenCalledWith('/api/v1/sessions/refresh', expect.objectContaining({ method: 'POST' }));
    asked.mockRestore();
  });

  it('does not wait forever', async () => {
    vi.useFakeTimers();
    const back = onSignOut(() => new Promise(() => undefined));
    const gone = endSession('ended');
    await vi.advanceTimersByTimeAsync(3_000);
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

  it('works offline, and is completed before the session is used again', async () => {
    const ended = vi.spyOn(api, 'signOut').mockRejectedValue(new TypeError('no network'));
    const asked = vi.spyOn(api, 'whoAmI').mockResolvedValue({ data: ME } as never);
    await signOut();
    expect(session.state).toEqual({ state: 'out', because: 'left' });
    session.setState(() => ({ state: 'unknown' })); // the page is loaded again, with the cookies of the session
    await refreshSession();
    expect([session.state.state, asked.mock.calls.length]).toEqual(['out', 0]);
    ended.mockReset().mockResolvedValue({} as never);
    dispatchEvent(new Event('online'));
    await eventually(() => expect(localStorage).toHaveLength(0));
    dispatchEvent(new Event('online'));
    await refreshSession();
    expect([session.state.state, ended.mock.calls.length]).toEqual(['in', 1]);
  });

  it('is completed at the next start if the page was closed before its data was wiped', async () => {
    localStorage.setItem('unificx.leaving', 'yes');
    sessionStorage.setItem('personal', 'Ada');
    session.setState(() => ({ state: 'unknown' }));
    vi.mocked(readLocal).mockResolvedValueOnce(ME);
    const ended = vi.spyOn(api, 'signOut').mockResolvedValue({} as never);
    await refreshSession();
    expect(sessionStorage).toHaveLength(0);
    expect(session.state).toEqual({ state: 'out', because: 'left' });
    await whenLeft();
    expect([ended.mock.calls.length, isLeaving()]).toEqual([1, false]);
  });

  it('holds up no start', async () => {
    localStorage.setItem('unificx.leaving', 'yes');
    session.setState(() => ({ state: 'unknown' }));
    let answer: (value: never) => void = () => undefined;
    vi.spyOn(api, 'signOut').mockReturnValue(new Promise((resolve) => (answer = resolve)) as never);
    await refreshSession();
    expect([session.state.state, isLeaving()]).toEqual(['out', true]);
    answer({} as never);
    await whenLeft();
    expect(isLeaving()).toBe(false);
  });

  it('does not concern the next session', async () => {
    vi.spyOn(api, 'signOut').mockRejectedValue(new TypeError('no network'));
    vi.spyOn(api, 'whoAmI').mockResolvedValue({ data: ME } as never);
    await signOut();
    startSession();
    await refreshSession();
    expect(session.state.state).toBe('in');
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
