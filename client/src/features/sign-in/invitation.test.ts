import { describe, expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { SignInFlow } from './sign-in-flow';
import { InvitationModel } from './invitation';

const ADA = { name: 'Ada Example', organisation: 'Demo', email: 'ada@example.com' };
const SIGNED = { must_change: false, acceptance_needed: false };

function setup(parts: Record<string, unknown> = {}, code = 'AbCdEfGh12345678') {
  const server = {
    lookAtInvitation: vi.fn(async () => ({ data: ADA })),
    signInOptions: vi.fn(async () => ({ data: { terms_version: '2026-11', policy_version: '2026-12' } })),
    acceptInvitation: vi.fn(async () => ({ data: SIGNED })),
    ...parts,
  };
  const entry = new SignInFlow(
    {} as never,
    {} as never,
    async () => undefined,
    {
      name: 'Chrome on Android',
      kind: 'mobile',
    },
    async () => undefined,
  );
  return { server, model: new InvitationModel(code, server as never, entry) };
}

describe('an invitation', () => {
  it('shows the invited person and tenant', async () => {
    const { model } = setup();
    await model.load();
    expect(model.state.state).toEqual({ status: 'here', ...ADA });
  });

  it('is accepted with password, age and the shown versions', async () => {
    const { model, server } = setup();
    await model.load();
    await model.accept('four plain words');
    expect(server.acceptInvitation).toHaveBeenCalledWith({
      body: {
        code: 'AbCdEfGh12345678',
        password: 'four plain words',
        of_age: true,
        terms_version: '2026-11',
        policy_version: '2026-12',
        device: { name: 'Chrome on Android', kind: 'mobile' },
        keep: 'cookie',
      },
    });
    expect(model.flow.state.state.step).toBe('in');
  });

  it.each([
    [new Problem('invitation_over', 410, 'Over.'), 'over'],
    [Problem.unreachable(), 'unknown'],
  ])('%s: it is %s', async (fault, is) => {
    const { model } = setup({ lookAtInvitation: vi.fn().mockRejectedValue(fault) });
    await model.load();
    expect(model.state.state.status).toBe(is);
  });

  it('may expire while the form is filled in', async () => {
    const acceptInvitation = vi.fn().mockRejectedValue(new Problem('invitation_over', 410, 'Over.'));
    const { model } = setup({ acceptInvitation });
    await model.load();
    await model.accept('four plain words');
    expect(model.state.state.status).toBe('over');
  });

  it('is left below the minimum age without a request', async () => {
    const { model, server } = setup();
    await model.load();
    await model.flow.leave();
    expect(server.acceptInvitation).not.toHaveBeenCalled();
    expect(model.flow.state.state.step).toBe('refused');
  });

  it('without a code makes no request', async () => {
    const { model, server } = setup({}, '');
    await model.load();
    expect(model.state.state.status).toBe('none');
    expect(server.lookAtInvitation).not.toHaveBeenCalled();
  });
});
