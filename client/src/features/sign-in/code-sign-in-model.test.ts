import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SIGN_IN_KEY } from '~/core/device-storage';
import { Problem } from '~/core/problem';
import { CodeSignInModel } from './code-sign-in-model';
import { SignInFlow } from './sign-in-flow';
import { readPendingCode, storePendingCode } from './pending-code';

const SIGNED = { must_change: false, acceptance_needed: false };
const DEVICE = { name: 'Chrome on Android', kind: 'mobile' as const };

function setup(signInByCode: ReturnType<typeof vi.fn>) {
  const entry = new SignInFlow({} as never, {} as never, async () => undefined, DEVICE);
  return new CodeSignInModel(readPendingCode(), { signInByCode } as never, entry);
}

beforeEach(() => sessionStorage.clear());

describe('signing in by code', () => {
  it('sends the code with a device secret and clears both afterwards', async () => {
    storePendingCode('AbCdEfGh12345678', true);
    const signInByCode = vi.fn(async () => ({ data: SIGNED }));
    const model = setup(signInByCode);
    await model.signIn('  Ada’s phone ');
    const { body } = (signInByCode.mock.calls as unknown[][])[0]![0] as { body: Record<string, unknown> };
    expect(body).toMatchObject({
      code: 'AbCdEfGh12345678',
      device: { name: 'Ada’s phone', kind: 'mobile' },
      keep: 'cookie',
    });
    expect(body.device_secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(sessionStorage.getItem(SIGN_IN_KEY)).toBeNull();
  });

  it('keeps its device secret after a lost response or a reload', async () => {
    storePendingCode('AbCdEfGh12345678', false);
    const signInByCode = vi.fn().mockRejectedValueOnce(Problem.unreachable()).mockResolvedValue({ data: SIGNED });
    const first = setup(signInByCode);
    await first.signIn('');
    expect(first.failure.state.reason).toBeUndefined();
    await setup(signInByCode).signIn('');
    const secrets = signInByCode.mock.calls.map(([given]) => given.body.device_secret as string);
    expect(secrets).toHaveLength(2);
    expect(secrets[0]).toBe(secrets[1]);
  });

  it.each([
    ['sign_in_code_used', 'used'],
    ['sign_in_code_expired', 'expired'],
  ])('%s ends the code', async (code, why) => {
    storePendingCode('AbCdEfGh12345678', true);
    const model = setup(vi.fn().mockRejectedValue(new Problem(code, 410, 'Over.')));
    await model.signIn('');
    expect(model.failure.state.reason).toBe(why);
    expect(readPendingCode()).toBeUndefined();
  });

  it('reports a missing code', async () => {
    const signInByCode = vi.fn();
    const model = setup(signInByCode);
    expect(model.failure.state.reason).toBe('none');
    await model.signIn('');
    expect(signInByCode).not.toHaveBeenCalled();
  });

  it('keeps the secret when the code is confirmed', () => {
    const before = storePendingCode('AbCdEfGh12345678', false);
    expect(before.confirmed).toBe(false);
    const model = setup(vi.fn());
    model.confirm();
    expect(model.confirmed).toBe(true);
    expect(readPendingCode()).toEqual({ ...before, confirmed: true });
  });
});
