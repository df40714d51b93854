import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { AddDeviceModel, viewOf } from './add-device';

const START = Date.parse('2026-11-24T12:00:00Z');
const CODE = {
  id: 'c',
  code: 'x',
  url: 'https://pbx.example.com/app/#sign-in=x',
  svg: '<svg/>',
  expires: '2026-11-24T12:02:00Z',
};
const USED = { id: 'c', state: 'used', tried_again: false, device_name: 'Chrome on Android', session_id: 's' };

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

function setup(became: Record<string, unknown> = { id: 'c', state: 'open', tried_again: false }) {
  const handlers: ((event: { id: string }) => void)[] = [];
  const server = {
    createSignInCode: vi.fn(async () => ({ data: CODE })),
    showSignInCode: vi.fn(async () => ({ data: became })),
    revokeSession: vi.fn(async () => ({ data: undefined })),
  };
  const on = vi.fn((_type: string, handler: (event: { id: string }) => void) => {
    handlers.push(handler);
    return () => void handlers.splice(handlers.indexOf(handler), 1);
  });
  const model = new AddDeviceModel(server as never, on, () => Date.now());
  return { model, server, handlers, now: () => model.state.state };
}

describe('adding a device', () => {
  it('shows a code with a countdown', async () => {
    const { model, now } = setup();
    expect(viewOf(now())).toBe('none');
    await model.show();
    expect(viewOf(now())).toBe('picture');
    expect(now().secondsLeft).toBe(120);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(now().secondsLeft).toBe(90);
    model.stop();
  });

  it('reports expiry and stops polling', async () => {
    const { model, server, now } = setup();
    await model.show();
    await vi.advanceTimersByTimeAsync(121_000);
    expect(viewOf(now())).toBe('over');
    const asked = server.showSignInCode.mock.calls.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.showSignInCode).toHaveBeenCalledTimes(asked);
  });

  it('shows at once that the code was used, and by which device', async () => {
    const { model, server, handlers, now } = setup(USED);
    await model.show();
    handlers[0]!({ id: 'another' });
    expect(server.showSignInCode).not.toHaveBeenCalled();
    handlers[0]!({ id: 'c' });
    await vi.advanceTimersByTimeAsync(0);
    expect(viewOf(now())).toBe('used');
    expect(now().codeState?.device_name).toBe('Chrome on Android');
    model.stop();
    expect(handlers).toHaveLength(0);
  });

  it('keeps polling after use: the code may have been photographed', async () => {
    const { model, server, now } = setup(USED);
    await model.show();
    await vi.advanceTimersByTimeAsync(1000);
    server.showSignInCode.mockResolvedValue({ data: { ...USED, tried_again: true } });
    await vi.advanceTimersByTimeAsync(1000);
    expect(now().codeState?.tried_again).toBe(true);
    model.stop();
  });

  it('revokes an unexpected device, even if already signed out', async () => {
    const { model, server, now } = setup(USED);
    await model.show();
    await vi.advanceTimersByTimeAsync(1000);
    server.revokeSession.mockRejectedValueOnce(new Problem('not-found', 404, 'Gone.'));
    await model.revoke();
    expect(server.revokeSession).toHaveBeenCalledWith({ path: { session_id: 's' } });
    expect(now()).toMatchObject({ revoked: true, busy: false, fault: undefined });
    model.stop();
  });

  it('reports when no code can be created', async () => {
    const { model, server, now } = setup();
    server.createSignInCode.mockRejectedValue(Problem.unreachable());
    await model.show();
    expect(now()).toMatchObject({ busy: false, fault: { code: 'unreachable' } });
    expect(viewOf(now())).toBe('none');
  });
});
