import { beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { awaitsYes, leave, onLeaving, session, signOut } from './session';

const ME = { acceptance_needed: false } as never;

beforeEach(() => {
  session.setState(() => ({ state: 'in', me: ME, stale: false }));
  sessionStorage.clear();
});

describe('leaving', () => {
  it('is done once however often it is told', async () => {
    const task = vi.fn(async () => undefined);
    const back = onLeaving(task);
    await Promise.all([leave('ended'), leave('ended')]);
    expect(task).toHaveBeenCalledOnce();
    expect(session.state).toEqual({ state: 'out', because: 'ended' });
    back();
    session.setState(() => ({ state: 'in', me: ME, stale: false }));
    await leave('ended');
    expect(task).toHaveBeenCalledOnce();
  });

  it('is one’s own doing also when the server tells of it first', async () => {
    vi.spyOn(api, 'signOut').mockImplementation((async () => {
      void leave('ended');
    }) as never);
    await signOut();
    expect(session.state).toEqual({ state: 'out', because: 'left' });
  });

  it('takes what tabs remember, whatever a task does', async () => {
    sessionStorage.setItem('somebody', 'Ada');
    const back = onLeaving(() => {
      throw new Error('cannot forget');
    });
    await leave('ended');
    back();
    expect(sessionStorage.getItem('somebody')).toBeNull();
    expect(session.state.state).toBe('out');
  });

  it('does not wait for ever', async () => {
    vi.useFakeTimers();
    const back = onLeaving(() => new Promise(() => undefined));
    const gone = leave('ended');
    await vi.advanceTimersByTimeAsync(3_000);
    vi.useRealTimers();
    await gone;
    back();
    expect(session.state.state).toBe('out');
  });

  it('happens offline too', async () => {
    vi.spyOn(api, 'signOut').mockRejectedValue(new TypeError('no network'));
    await signOut();
    expect(session.state).toEqual({ state: 'out', because: 'left' });
  });
});

it.each([
  [{ state: 'in', me: { acceptance_needed: true }, stale: false }, true],
  [{ state: 'in', me: { acceptance_needed: true }, stale: true }, false],
  [{ state: 'in', me: { acceptance_needed: false }, stale: false }, false],
  [{ state: 'out' }, false],
])('%o awaits a yes: %s', (now, awaits) => {
  expect(awaitsYes(now as never)).toBe(awaits);
});
