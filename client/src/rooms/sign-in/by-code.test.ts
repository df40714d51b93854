import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SIGNING_IN } from '~/kernel/kept';
import { Problem } from '~/kernel/problem';
import { ByCodeModel } from './by-code';
import { Entry } from './entry';
import { held, hold } from './held';

const SIGNED = { must_change: false, acceptance_needed: false };
const DEVICE = { name: 'Chrome on Android', kind: 'mobile' as const };

function world(signInByCode: ReturnType<typeof vi.fn>) {
  const entry = new Entry({} as never, {} as never, async () => undefined, DEVICE);
  return new ByCodeModel(held(), { signInByCode } as never, entry);
}

beforeEach(() => sessionStorage.clear());

describe('signing in by a code', () => {
  it('brings the code with a secret of its own, and forgets both when in', async () => {
    hold('AbCdEfGh12345678', true);
    const signInByCode = vi.fn(async () => ({ data: SIGNED }));
    const model = world(signInByCode);
    await model.signIn('  Ada’s phone ');
    const { body } = (signInByCode.mock.calls as unknown[][])[0]![0] as { body: Record<string, unknown> };
    expect(body).toMatchObject({
      code: 'AbCdEfGh12345678',
      device: { name: 'Ada’s phone', kind: 'mobile' },
      keep: 'cookie',
    });
    expect(body.device_secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(sessionStorage.getItem(SIGNING_IN)).toBeNull();
  });

  it('is the same device when the answer was lost, after a reload too', async () => {
    hold('AbCdEfGh12345678', false);
    const signInByCode = vi.fn().mockRejectedValueOnce(Problem.unreachable()).mockResolvedValue({ data: SIGNED });
    const first = world(signInByCode);
    await first.signIn('');
    expect(first.end.state.why).toBeUndefined();
    await world(signInByCode).signIn('');
    const secrets = signInByCode.mock.calls.map(([given]) => given.body.device_secret as string);
    expect(secrets).toHaveLength(2);
    expect(secrets[0]).toBe(secrets[1]);
  });

  it.each([
    ['sign_in_code_used', 'used'],
    ['sign_in_code_expired', 'expired'],
  ])('%s is the end of the code', async (code, why) => {
    hold('AbCdEfGh12345678', true);
    const model = world(vi.fn().mockRejectedValue(new Problem(code, 410, 'Over.')));
    await model.signIn('');
    expect(model.end.state.why).toBe(why);
    expect(held()).toBeUndefined();
  });

  it('says so when there is no code', async () => {
    const signInByCode = vi.fn();
    const model = world(signInByCode);
    expect(model.end.state.why).toBe('none');
    await model.signIn('');
    expect(signInByCode).not.toHaveBeenCalled();
  });

  it('keeps the secret when the code is held again as meant', () => {
    const before = hold('AbCdEfGh12345678', false);
    expect(before.meant).toBe(false);
    const model = world(vi.fn());
    model.keep();
    expect(model.meant).toBe(true);
    expect(held()).toEqual({ ...before, meant: true });
  });
});
