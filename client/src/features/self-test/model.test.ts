import { describe, expect, it, vi } from 'vitest';
import { SelfTest, verdict, type Outcome, type SelfTestDependencies } from './model';
import { eventually } from '../../../test/eventually';

function setup(change: Partial<SelfTestDependencies> = {}) {
  const tone = { playing: false };
  const fine = () => Promise.resolve<Outcome>('ok');
  const parts: SelfTestDependencies = {
    permission: () => 'granted',
    askPermission: () => Promise.resolve(true),
    push: vi.fn(fine),
    registration: fine,
    microphone: (level) => {
      level(0.4);
      return fine();
    },
    tone: () => {
      tone.playing = true;
      return () => (tone.playing = false);
    },
    call: vi.fn(fine),
    ...change,
  };
  const test = new SelfTest(parts);
  const state = (name: keyof typeof test.state.state.checks) => test.state.state.checks[name];
  const until = (name: Parameters<typeof state>[0], what: string) =>
    eventually(() => expect(state(name).state).toBe(what));
  return { test, parts, tone, state, until };
}

describe('the self-test', () => {
  it('runs all checks and reports that the phone rings', async () => {
    const { test, tone, until, state } = setup();
    const done = test.run();
    await until('speaker', 'asking');
    expect(tone.playing).toBe(true);
    expect(verdict(test.state.state)).toBeUndefined();
    test.answer(true);
    await done;
    expect(tone.playing).toBe(false);
    expect(state('call')).toEqual({ state: 'ok' });
    expect(verdict(test.state.state)).toBe('always');
  });

  it('prompts for permission only after confirmation', async () => {
    const askPermission = vi.fn(() => Promise.resolve(true));
    const { test, until, parts } = setup({ permission: () => 'unasked', askPermission });
    const done = test.run();
    await until('permission', 'asking');
    expect(askPermission).not.toHaveBeenCalled();
    test.answer(true);
    await until('speaker', 'asking');
    expect(askPermission).toHaveBeenCalledOnce();
    expect(parts.push).toHaveBeenCalledOnce();
    test.answer(true);
    await done;
  });

  it.each([
    ['not now', { permission: () => 'unasked' as const }, 'not-now'],
    ['in the browser', { permission: () => 'refused' as const }, 'refused'],
    ['by the kind of browser', { permission: () => 'unsupported' as const }, 'unsupported'],
  ])('continues when notifications are refused %s and reports ringing while open', async (_, change, reason) => {
    const { test, until, state, parts } = setup(change);
    const done = test.run();
    if (reason === 'not-now') {
      await until('permission', 'asking');
      test.answer(false);
    }
    await until('speaker', 'asking');
    test.answer(true);
    await done;
    expect(state('permission')).toEqual({ state: 'failed', reason });
    expect(state('push')).toEqual({ state: 'skipped', reason: 'no-permission' });
    expect(parts.push).not.toHaveBeenCalled();
    expect(verdict(test.state.state)).toBe('while-open');
  });

  it('makes no call if the phone is not registered', async () => {
    const { test, until, state, parts } = setup({ registration: () => Promise.resolve({ failed: 'not-registered' }) });
    const done = test.run();
    await until('speaker', 'asking');
    test.answer(false);
    await done;
    expect(parts.call).not.toHaveBeenCalled();
    expect(state('speaker')).toEqual({ state: 'failed', reason: 'not-heard' });
    expect(state('call')).toEqual({ state: 'skipped', reason: 'not-registered' });
    expect(verdict(test.state.state)).toBe('never');
  });

  it('continues after a check that throws', async () => {
    const { test, until, state } = setup({ push: () => Promise.reject(new Error('away')) });
    const done = test.run();
    await until('speaker', 'asking');
    test.answer(true);
    await done;
    expect(state('push')).toEqual({ state: 'failed', reason: 'server' });
    expect(state('call')).toEqual({ state: 'ok' });
  });

  it('stops the tone and makes no call when the page is left', async () => {
    const { test, tone, until, state, parts } = setup();
    const done = test.run();
    await until('speaker', 'asking');
    test.stop();
    await done;
    expect(tone.playing).toBe(false);
    expect(parts.call).not.toHaveBeenCalled();
    expect(state('permission')).toEqual({ state: 'waiting' });
  });
});
