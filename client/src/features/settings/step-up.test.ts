import { describe, expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { StepUp } from './step-up';
import { eventually } from '../../../test/eventually';

const MISSING = new Problem('prove_yourself', 403, 'Prove it.');

function setup(kinds: string[] = [], parts: Record<string, unknown> = {}, supported = true) {
  const server = {
    listFactors: vi.fn(async () => ({ data: { items: kinds.map((kind) => ({ kind })), next: null } })),
    proveYourself: vi.fn(async () => ({ data: undefined })),
    proofOptions: vi.fn(async () => ({ data: { challenge: 'c' } })),
    ...parts,
  };
  const keys = { supported, make: vi.fn(), prove: vi.fn(async () => ({ id: 'k' })) };
  return { server, keys, proof: new StepUp(server as never, keys as never) };
}

async function asked(proof: StepUp) {
  await eventually(() => expect(proof.prompt.state.methods).not.toEqual([]));
}

describe('step-up authentication', () => {
  it('is skipped where not required', async () => {
    const { proof, server } = setup();
    expect(await proof.run(async () => 7)).toBe(7);
    expect(server.listFactors).not.toHaveBeenCalled();
  });

  it('asks for the password without a second factor, then continues', async () => {
    const { proof, server } = setup();
    const work = vi.fn().mockRejectedValueOnce(MISSING).mockResolvedValue('done');
    const result = proof.run(work);
    await asked(proof);
    expect(proof.prompt.state.methods).toEqual(['password']);
    await proof.proveByText('password', ' as typed ');
    expect(server.proveYourself).toHaveBeenCalledWith({ body: { password: ' as typed ' } });
    expect(await result).toBe('done');
    expect(proof.prompt.state.methods).toEqual([]);
  });

  it.each([
    [true, ['totp', 'passkey', 'recovery_code']],
    [false, ['totp', 'recovery_code']],
  ])('asks for a second factor where there is one (passkeys supported: %s)', async (supported, methods) => {
    const { proof } = setup(['totp', 'passkey', 'passkey'], {}, supported);
    void proof.run(vi.fn().mockRejectedValueOnce(MISSING).mockResolvedValue(0));
    await asked(proof);
    expect(proof.prompt.state.methods).toEqual(methods);
  });

  it('asks again after a failure', async () => {
    const wrong = new Problem('wrong_proof', 401, 'Wrong.');
    const { proof, server } = setup(['totp'], {
      proveYourself: vi.fn().mockRejectedValueOnce(wrong).mockResolvedValue({}),
    });
    const result = proof.run(vi.fn().mockRejectedValueOnce(MISSING).mockResolvedValue('done'));
    await asked(proof);
    await proof.proveByText('totp', '123 456');
    expect(server.proveYourself).toHaveBeenCalledWith({ body: { totp: '123456' } });
    expect(proof.prompt.state).toMatchObject({ fault: wrong, busy: false });
    await proof.proveByPasskey();
    expect(server.proveYourself).toHaveBeenLastCalledWith({ body: { passkey: { id: 'k' } } });
    expect(await result).toBe('done');
  });

  it('does nothing when cancelled', async () => {
    const { proof } = setup();
    const work = vi.fn().mockRejectedValueOnce(MISSING);
    const result = proof.run(work);
    await asked(proof);
    proof.cancel();
    expect(await result).toBeUndefined();
    expect(work).toHaveBeenCalledOnce();
  });

  it('passes on other errors', async () => {
    const { proof } = setup();
    const other = new Problem('conflict', 409, 'No.');
    await expect(proof.run(() => Promise.reject(other))).rejects.toBe(other);
  });
});
