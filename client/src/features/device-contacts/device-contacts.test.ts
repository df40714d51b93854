import { expect, it, vi } from 'vitest';
import { clearDeviceContacts, deviceContacts, openCardFile } from './device-contacts';

const storage = vi.hoisted(() => new Map<string, unknown>());
vi.mock('~/core/device-storage', () => ({
  currentOwner: () => 1,
  readLocal: async (key: string) => storage.get(key),
  removeLocal: async (key: string) => void storage.delete(key),
  changeLocal: async (_owner: number, key: string, change: (stored: unknown) => unknown) => {
    storage.set(key, change(storage.get(key)));
    return storage.get(key);
  },
}));
vi.mock('~/api/session', () => ({ onSignOut: () => undefined, session: { state: { state: 'out' } } }));
vi.mock('~/api', () => ({ api: {} }));
vi.mock('~/features/phone-numbers', () => ({ loadPhoneNumbers: async () => undefined }));

const cards = (name: string) =>
  ({ size: 1, text: async () => `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nTEL:+49301\nEND:VCARD` }) as File;
const names = () => deviceContacts.state.contacts.map(({ name }) => name);

it('contacts are added to those of other tabs, and deleted ones do not come back', async () => {
  await openCardFile(cards('Ada'));
  storage.set('device-contacts', [{ name: 'Cleo', numbers: ['+49302'] }]);
  expect((await openCardFile(cards('Ben')))?.added).toBe(1);
  expect(names()).toEqual(['Ben', 'Cleo']);
  expect(storage.get('device-contacts')).toHaveLength(2);
  await clearDeviceContacts();
  expect(names()).toEqual([]);
});
