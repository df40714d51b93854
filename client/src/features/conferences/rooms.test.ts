import { afterEach, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { ensureRoom } from './rooms';

afterEach(() => vi.restoreAllMocks());

it('loads a room once for all that ask for it at the same time, and anew later', async () => {
  vi.spyOn(api, 'listRooms').mockResolvedValue({ data: { items: [] } } as never);
  const shown = vi.spyOn(api, 'showRoom').mockResolvedValue({ data: { id: 'room' } } as never);
  await Promise.all([ensureRoom('made'), ensureRoom('made'), ensureRoom('made')]);
  expect(shown).toHaveBeenCalledTimes(1);
  await ensureRoom('made');
  expect(shown).toHaveBeenCalledTimes(2);
});
