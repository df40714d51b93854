import { describe, expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { isValidPin, MailboxModel } from './mailbox';
import type { OldMessages } from './old-messages';

function setup() {
  let mailbox = { enabled: true, mail: true, has_pin: false };
  const server = {
    showMailbox: vi.fn(async () => ({ data: mailbox })),
    changeMailbox: vi.fn(async ({ body }: { body: { pin?: string; enabled?: boolean } }) => {
      const { pin, ...rest } = body;
      mailbox = { ...mailbox, ...rest, ...(pin !== undefined && { has_pin: pin !== '' }) };
      return { data: mailbox };
    }),
  };
  const decide = vi.fn(async (): Promise<OldMessages | undefined> => undefined);
  return { model: new MailboxModel('e', 't', decide, server as never), server, decide };
}

describe('a mailbox', () => {
  it('is loaded and changed', async () => {
    const { model, server } = setup();
    await model.load();
    const changing = model.change({ enabled: false });
    expect(model.state.state.mailbox?.enabled).toBe(false); // optimistically
    await changing;
    expect(model.state.state).toMatchObject({ mailbox: { enabled: false, mail: true }, busy: false });
    expect(server.changeMailbox).toHaveBeenCalledWith({
      path: { extension: 'e' },
      query: { tenant: 't' },
      body: { enabled: false },
    });
  });

  it('asks about existing messages when switched off', async () => {
    const { model, server, decide } = setup();
    const undecided = new Problem('old_messages_undecided', 409, 'Say what becomes of them.');
    await model.load();
    server.changeMailbox.mockRejectedValueOnce(undecided);
    await model.change({ enabled: false });
    expect(model.state.state).toMatchObject({ mailbox: { enabled: true }, fault: undefined });
    server.changeMailbox.mockRejectedValueOnce(undecided);
    decide.mockResolvedValueOnce('put_away');
    await model.change({ enabled: false });
    expect(server.changeMailbox).toHaveBeenLastCalledWith(
      expect.objectContaining({ body: { enabled: false, old_messages: 'put_away' } }),
    );
    expect(model.state.state.mailbox?.enabled).toBe(false);
    await model.change({ mail: false });
    expect(decide).toHaveBeenCalledTimes(2);
  });

  it('reports a set or removed PIN', async () => {
    const { model } = setup();
    await model.setPin('2468');
    expect(model.state.state).toMatchObject({ done: 'pin', mailbox: { has_pin: true } });
    await model.setPin('');
    expect(model.state.state).toMatchObject({ done: 'no-pin', mailbox: { has_pin: false } });
    expect(['123', '1234', '123456789012', '1234567890123', '12a4'].map(isValidPin)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it('stays unchanged on failure', async () => {
    const { model, server } = setup();
    await model.load();
    server.changeMailbox.mockRejectedValueOnce(Problem.unreachable());
    await model.setPin('2468');
    expect(model.state.state).toMatchObject({ pinFault: { code: 'unreachable' }, mailbox: { has_pin: false } });
    expect(model.state.state.fault).toBeUndefined();
    server.changeMailbox.mockRejectedValueOnce(Problem.unreachable());
    await model.change({ mail: false });
    expect(model.state.state).toMatchObject({ fault: { code: 'unreachable' }, mailbox: { mail: true } });
    expect(model.state.state.pinFault).toBeUndefined();
    expect(model.state.state.done).toBeUndefined();
  });
});
