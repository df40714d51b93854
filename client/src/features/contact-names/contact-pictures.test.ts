import { beforeEach, expect, it, vi } from 'vitest';

const find = vi.hoisted(() => vi.fn());
const show = vi.hoisted(() => vi.fn());
vi.mock('~/features/pictures', () => ({ showContactPictures: show }));
vi.mock('~/api', () => ({ api: { findContactNames: find } }));
vi.mock('~/api/events', () => ({ events: { on: vi.fn() } }));
vi.mock('~/api/session', () => ({ onSignOut: vi.fn() }));
vi.mock('~/features/device-contacts', () => ({ deviceContacts: {}, restoreDeviceContacts: vi.fn() }));
vi.mock('~/features/directory', () => ({ colleagues: {} }));

import { contactNames } from './contact-names';

beforeEach(() => void vi.useFakeTimers());

it('pictures of callers are shown by number, and are gone with the contact', async () => {
  const item = { number: '+491711', name: 'Max', organisation: '', book: 'personal', contact_id: 'c', picture: 'v1' };
  find.mockResolvedValueOnce({ data: { items: [item] } });
  contactNames.want('+491711');
  contactNames.want('+491712');
  await vi.runAllTimersAsync();
  const shown = new Map([...show.mock.lastCall![0]].map((each) => [each.key, each.version]));
  expect([...shown]).toEqual([
    ['+491711', 'v1'],
    ['+491712', ''],
  ]);
  find.mockResolvedValueOnce({ data: { items: [] } });
  contactNames.refresh();
  await vi.runAllTimersAsync();
  const after = new Map([...show.mock.lastCall![0]].map((each) => [each.key, each.version]));
  expect(after.get('+491711')).toBe('');
});
