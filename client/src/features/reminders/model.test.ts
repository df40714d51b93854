import { beforeEach, expect, it, vi } from 'vitest';

const stored = new Map<string, unknown>();
vi.mock('~/core/device-storage', () => ({
  currentOwner: () => 1,
  readLocal: async (key: string) => stored.get(key),
  saveLocal: async (_: number, key: string, value: unknown) => void stored.set(key, value),
}));

beforeEach(() => {
  vi.resetModules();
  stored.clear();
});

it('reminds once of each number, by time, also after a reload', async () => {
  const { remind, reminders, takeDue } = await import('./model');
  await remind({ number: '1002', name: 'Ada' }, 60);
  await remind({ number: '1003', name: '' }, 10);
  const { id, due } = await remind({ number: '1002', name: 'Ada' }, 30);
  expect(reminders.state.map((each) => each.number)).toEqual(['1003', '1002']);
  expect((await takeDue(due - 1)).map((each) => each.number)).toEqual(['1003']);
  vi.resetModules();
  const later = await import('./model');
  await later.openReminders();
  expect((await later.takeDue(due)).map((each) => each.id)).toEqual([id]);
  expect(await later.takeDue(due)).toEqual([]);
  expect(later.reminders.state).toHaveLength(2);
  await later.removeReminder(id);
  expect(later.reminders.state.map((each) => each.number)).toEqual(['1003']);
});
