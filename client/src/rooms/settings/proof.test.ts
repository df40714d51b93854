import { describe, expect, it, vi } from 'vitest';
import { Problem } from '~/kernel/problem';
import { Proof } from './proof';

const MISSING = new Problem('prove_yourself', 403, 'Prove it.');

function world(kinds: string[] = [], parts: Record<string, unknown> = {}, here = true) {
  const server = {
    listFactors: vi.fn(async () => ({ data: { items: kinds.map((kind) => ({ kind })), next: null } })),
    proveYourself: vi.fn(async () => ({ data: undefined })),
    proofOptions: vi.fn(async () => ({ data: { challenge: 'c' } })),
    ...parts,
  };
  const keys = { here, make: vi.fn(), prove: vi.fn(async () => ({ id: 'k' })) };
  return { server, keys, proof: new Proof(server as never, keys as never) };
}

async function asked(proof: Proof) {
  await vi.waitFor(() => expect(proof.asking.state.means).not.toEqual([]));
}

describe('proving oneself once more', () => {
  it('does without where nothing is missing', async () => {
    const { proof, server } = world();
    expect(await proof.around(async () => 7)).toBe(7);
    expect(server.listFactors).not.toHaveBeenCalled();
  });

  it('asks for the password of whoever has no factor, then does it', async () => {
    const { proof, server } = world();
    const work = vi.fn().mockRejectedValueOnce(MISSING).mockResolvedValue('done');
    const result = proof.around(work);
    await asked(proof);
    expect(proof.asking.state.means).toEqual(['password']);
    await proof.byText('password', ' as typed ');
    expect(server.proveYourself).toHaveBeenCalledWith({ body: { password: ' as typed ' } });
    expect(await result).toBe('done');
    expect(proof.asking.state.means).toEqual([]);
  });

  it.each([
    [true, ['totp', 'passkey', 'recovery_code']],
    [false, ['totp', 'recovery_code']],
  ])('asks for a factor of whoever has one (passkeys here: %s)', async (here, means) => {
    const { proof } = world(['totp', 'passkey', 'passkey'], {}, here);
    void proof.around(vi.fn().mockRejectedValueOnce(MISSING).mockResolvedValue(0));
    await asked(proof);
    expect(proof.asking.state.means).toEqual(means);
  });

  it('asks again after a wrong one', async () => {
    const wrong = new Problem('wrong_proof', 401, 'Wrong.');
    const { proof, server } = world(['totp'], {
      proveYourself: vi.fn().mockRejectedValueOnce(wrong).mockResolvedValue({}),
    });
    const result = proof.around(vi.fn().mockRejectedValueOnce(MISSING).mockResolvedValue('done'));
    await asked(proof);
    await proof.byText('totp', '123 456');
    expect(server.proveYourself).toHaveBeenCalledWith({ body: { totp: '123456' } });
    expect(proof.asking.state).toMatchObject({ fault: wrong, busy: false });
    await proof.byPasskey();
    expect(server.proveYourself).toHaveBeenLastCalledWith({ body: { passkey: { id: 'k' } } });
    expect(await result).toBe('done');
  });

  it('does nothing when it is called off', async () => {
    const { proof } = world();
    const work = vi.fn().mockRejectedValueOnce(MISSING);
    const result = proof.around(work);
    await asked(proof);
    proof.callOff();
    expect(await result).toBeUndefined();
    expect(work).toHaveBeenCalledOnce();
  });

  it('passes on what else is refused', async () => {
    const { proof } = world();
    const other = new Problem('conflict', 409, 'No.');
    await expect(proof.around(() => Promise.reject(other))).rejects.toBe(other);
  });
});
