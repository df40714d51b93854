import { describe, expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { StepUp } from './step-up';
import { SecurityModel } from './security';
import { eventually } from '../../../test/eventually';

const TOTP = { id: 't', kind: 'totp', name: 'Authenticator app', created: '2026-11-24T12:00:00Z', last_used: null };
const BEGUN = { id: 't', secret: 'ABC', uri: 'otpauth://totp/x', svg: '<svg/>' };
const CODES = ['ab12-cd34', 'ef56-gh78'];

function setup(parts: Record<string, unknown> = {}, credential: unknown = { id: 'k' }) {
  const items: unknown[] = [];
  const server = {
    listFactors: vi.fn(async () => ({ data: { items: [...items], next: null } })),
    beginTotp: vi.fn(async () => ({ data: BEGUN })),
    confirmTotp: vi.fn(async () => {
      items.push(TOTP);
      return { data: { factor: TOTP, recovery_codes: CODES } };
    }),
    removeFactor: vi.fn(async () => {
      items.length = 0;
      return { data: undefined };
    }),
    passkeyOptions: vi.fn(async () => ({ data: { challenge: 'c' } })),
    addPasskey: vi.fn(async () => ({ data: { factor: {}, recovery_codes: [] } })),
    renewRecoveryCodes: vi.fn(async () => ({ data: { recovery_codes: CODES } })),
    changeOwnPassword: vi.fn(async () => ({ data: undefined })),
    showOwnSingleSignOn: vi.fn(async () => ({ data: { linked: true } })),
    unlinkSingleSignOn: vi.fn(async () => ({ data: undefined })),
    linkSingleSignOn: vi.fn(async () => ({ data: { url: 'https://login.example.com/' } })),
    ...parts,
  };
  const keys = { supported: true, make: vi.fn(async () => credential), prove: vi.fn() };
  const go = vi.fn();
  const proof = new StepUp({ listFactors: server.listFactors } as never, keys as never);
  const model = new SecurityModel(server as never, proof, keys as never, go);
  return { server, keys, go, proof, model, now: () => model.state.state };
}

describe('second factors', () => {
  it('activates an authenticator app after the first code and shows the recovery codes', async () => {
    const { model, server, now } = setup();
    await model.load();
    expect(now().factors).toEqual([]);
    await model.beginTotp('Authenticator app');
    expect(now().totp).toEqual(BEGUN);
    await model.confirmTotp('123 456');
    expect(server.confirmTotp).toHaveBeenCalledWith({ path: { factor_id: 't' }, body: { code: '123456' } });
    expect(now()).toMatchObject({ factors: [TOTP], recoveryCodes: CODES, totp: undefined });
    model.clearRecoveryCodes();
    expect(now().recoveryCodes).toBeUndefined();
  });

  it('keeps asking for the code after a wrong one', async () => {
    const wrong = new Problem('wrong_proof', 401, 'Wrong.');
    const { model, now } = setup({ confirmTotp: vi.fn().mockRejectedValue(wrong) });
    await model.beginTotp('x');
    await model.confirmTotp('000000');
    expect(now()).toMatchObject({ totp: BEGUN, fault: wrong, busy: false });
  });

  it('adds a passkey created by the browser', async () => {
    const { model, server, keys, now } = setup();
    await model.addPasskey('Chromium on Linux');
    expect(keys.make).toHaveBeenCalledWith({ challenge: 'c' });
    expect(server.addPasskey).toHaveBeenCalledWith({ body: { name: 'Chromium on Linux', credential: { id: 'k' } } });
    expect(now().recoveryCodes).toBeUndefined();
  });

  it('adds none when cancelled', async () => {
    const { model, server, now } = setup({}, null);
    await model.addPasskey('x');
    expect(server.addPasskey).not.toHaveBeenCalled();
    expect(now()).toMatchObject({ busy: false, fault: undefined });
  });

  it('removes one after step-up authentication', async () => {
    const missing = new Problem('prove_yourself', 403, 'Prove it.');
    const removeFactor = vi.fn().mockRejectedValueOnce(missing).mockResolvedValue({});
    const { model, proof } = setup({ removeFactor });
    const removing = model.remove(TOTP as never);
    await eventually(() => expect(proof.prompt.state.methods).not.toEqual([]));
    proof.cancel();
    await removing;
    expect(removeFactor).toHaveBeenCalledOnce();
  });

  it('reports that the password was changed only on success', async () => {
    const changeOwnPassword = vi
      .fn()
      .mockResolvedValueOnce({})
      .mockRejectedValue(new Problem('forbidden', 403, 'No.'));
    const { model, now } = setup({ changeOwnPassword });
    await model.changePassword('old', 'four plain words');
    expect(now().changed).toBe(true);
    await model.changePassword('wrong', 'four plain words');
    expect(now()).toMatchObject({ changed: false, fault: undefined, passwordFault: { code: 'forbidden' } });
  });

  it('navigates to the provider', async () => {
    const { model, go } = setup();
    await model.link();
    expect(go).toHaveBeenCalledExactlyOnceWith('https://login.example.com/');
  });
});

describe('the link with single sign-on', () => {
  it('is loaded and removed', async () => {
    const { model, now, server } = setup();
    await model.loadLink();
    expect(now().linked).toBe(true);
    await model.unlink();
    expect(now().linked).toBe(false);
    expect(server.unlinkSingleSignOn).toHaveBeenCalledOnce();
  });

  it('stays if it is the only sign-in method', async () => {
    const unlinkSingleSignOn = vi.fn().mockRejectedValue(new Problem('conflict', 409, 'You would have no way in.'));
    const { model, now } = setup({ unlinkSingleSignOn });
    await model.loadLink();
    await model.unlink();
    expect(now()).toMatchObject({ linked: true, fault: { code: 'conflict' } });
  });
});
