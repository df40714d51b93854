import { describe, expect, it, vi } from 'vitest';
import type { PushState } from '~/api/push';
import type { Outcome } from '~/features/self-test';
import { Welcome, type WelcomeDependencies } from './model';

function setup(change: Partial<WelcomeDependencies> = {}) {
  const fine = () => Promise.resolve<Outcome>('ok');
  const parts: WelcomeDependencies = {
    microphone: vi.fn(fine),
    pushState: (): PushState => 'unasked',
    askNotifications: vi.fn(() => Promise.resolve(true)),
    push: fine,
    registration: fine,
    call: vi.fn(fine),
    takeOver: vi.fn(() => Promise.resolve()),
    needsHomeScreen: () => false,
    hasWorker: () => Promise.resolve(true),
    finish: vi.fn(),
    ...change,
  };
  return { parts, model: new Welcome(parts) };
}

describe('the set-up', () => {
  it('asks for nothing before its card and its button', async () => {
    const { parts, model } = setup();
    expect(parts.microphone).not.toHaveBeenCalled();
    await model.next();
    await model.next();
    expect(parts.microphone).not.toHaveBeenCalled();
    expect(parts.askNotifications).not.toHaveBeenCalled();
    expect(parts.call).not.toHaveBeenCalled();
    expect(model.state.state.card).toBe('call');
  });

  it('ends when the user says that it rings', async () => {
    const { parts, model } = setup();
    await model.testMicrophone();
    await model.next();
    await model.turnOnNotifications();
    await model.next();
    await model.testCall();
    expect(model.state.state.outcomes).toEqual({ microphone: 'ok', notifications: 'ok', call: 'ok' });
    expect(parts.finish).not.toHaveBeenCalled();
    model.answer(false);
    expect(model.state.state.outcomes.call).toBe('not-heard');
    model.answer(true);
    expect(model.state.state.rings).toBe(true);
    expect(parts.finish).toHaveBeenCalledOnce();
  });

  it.each([
    ['home-screen', { needsHomeScreen: () => true }],
    ['unsupported', { pushState: (): PushState => 'unsupported' }],
    ['no-worker', { hasWorker: () => Promise.resolve(false) }],
  ])('says that ringing when closed is not possible: %s', async (obstacle, change) => {
    const { model } = setup(change);
    await model.next();
    expect(model.state.state.obstacle).toBe(obstacle);
  });

  it('takes the connection over from another window', async () => {
    const elsewhere: Outcome[] = [{ failed: 'elsewhere' }, 'ok'];
    const { parts, model } = setup({ registration: () => Promise.resolve(elsewhere.shift()!) });
    await model.testCall();
    expect(model.state.state.outcomes.call).toBe('elsewhere');
    await model.useThisWindow();
    expect(parts.takeOver).toHaveBeenCalledOnce();
    expect(model.state.state.outcomes.call).toBe('ok');
  });

  it('shows why a step failed and goes on all the same', async () => {
    const { model } = setup({
      microphone: () => Promise.resolve({ failed: 'refused' }),
      askNotifications: () => Promise.resolve(false),
      registration: () => Promise.resolve({ failed: 'not-registered' }),
    });
    await model.testMicrophone();
    await model.next();
    await model.turnOnNotifications();
    await model.next();
    await model.testCall();
    const { outcomes, busy } = model.state.state;
    expect(outcomes).toEqual({ microphone: 'refused', notifications: 'refused', call: 'not-registered' });
    expect(busy).toBe(false);
  });
});
