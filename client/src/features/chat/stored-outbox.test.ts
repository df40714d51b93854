import { expect, it, vi } from 'vitest';
import { forgetUnstored, loadOutbox, saveOutbox } from './stored-outbox';

const device = vi.hoisted(() => ({ owner: 1, fail: () => undefined as void }));
vi.mock('~/core/device-storage', () => ({
  currentOwner: () => device.owner,
  readLocal: async () => undefined,
  storeTogether: () =>
    new Promise<void>((_, reject) => {
      device.fail = () => reject(new DOMException('', 'QuotaExceededError'));
    }),
}));

it('messages of a full device that are being saved at a sign-out are not those of the next user', async () => {
  const message = { client_id: 'c-1', conversation_id: 'c', text: 'of Ada', created: '2026-01-05T09:00:00Z' };
  const saved = saveOutbox([message]);
  device.owner += 1;
  forgetUnstored();
  device.fail();
  await saved;
  expect(await loadOutbox()).toEqual([]);
});
