import { describe, expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { SignInFlow } from './sign-in-flow';
import { RecoverModel } from './recover';

function setup(code: string, parts: Record<string, unknown> = {}) {
  const server = {
    askRecovery: vi.fn(async () => ({ data: undefined })),
    finishRecovery: vi.fn(async () => ({ data: { must_change: false, acceptance_needed: false } })),
    ...parts,
  };
  const entry = new SignInFlow({} as never, {} as never, async () => undefined, { name: 'x', kind: 'mobile' });
  return { server, model: new RecoverModel(code, server as never, entry) };
}

describe('account recovery', () => {
  it("requests a link in the user's language", async () => {
    const { model, server } = setup('');
    expect(model.state.state.step).toBe('ask');
    await model.requestLink(' ada@example.com ', 'de');
    expect(server.askRecovery).toHaveBeenCalledWith({ body: { email: 'ada@example.com', language: 'de' } });
    expect(model.state.state).toMatchObject({ step: 'asked', busy: false });
  });

  it('reports a failed request and can be retried', async () => {
    const fault = new Problem('too_many', 429, 'Slow down.');
    const { model } = setup('', { askRecovery: vi.fn().mockRejectedValueOnce(fault).mockResolvedValue({}) });
    await model.requestLink('ada@example.com', 'en');
    expect(model.state.state).toMatchObject({ step: 'ask', fault, busy: false });
    await model.requestLink('ada@example.com', 'en');
    expect(model.state.state).toMatchObject({ step: 'asked', fault: undefined });
  });

  it('sets a new password with the code of a link', async () => {
    const { model, server } = setup('AbCdEfGh12345678');
    expect(model.state.state.step).toBe('finish');
    await model.finish('four plain words');
    expect(server.finishRecovery).toHaveBeenCalledWith({
      body: {
        code: 'AbCdEfGh12345678',
        password: 'four plain words',
        device: { name: 'x', kind: 'mobile' },
        keep: 'cookie',
      },
    });
    expect(model.flow.state.state.step).toBe('in');
  });

  it('reports an expired link and offers another', async () => {
    const { model } = setup('AbCdEfGh12345678', {
      finishRecovery: vi.fn().mockRejectedValue(new Problem('recovery_over', 410, 'Over.')),
    });
    await model.finish('four plain words');
    expect(model.state.state.step).toBe('over');
    model.restart();
    expect(model.state.state.step).toBe('ask');
  });
});
