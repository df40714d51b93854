import { onSignOut, session } from '~/api/session';
import { changeLocal, currentOwner, readLocal, removeLocal } from '~/core/device-storage';
import { createStore } from '~/core/store';
import { loadPhoneNumbers } from '~/features/phone-numbers';
import { DeviceBook } from './book';
import { restoreSync, sendContacts } from './sync';
import { MOST_BYTES, MOST_CONTACTS, readCards, type CardFault, type DeviceContact } from './vcard';

const STORAGE_KEY = 'device-contacts';

interface PickedContact {
  name?: string[];
  tel?: string[];
}

/** W3C Contact Picker API, which some browsers on phones have. */
interface ContactsManager {
  select(properties: ('name' | 'tel')[], options: { multiple: boolean }): Promise<PickedContact[]>;
}

export interface DeviceContactsState {
  contacts: readonly DeviceContact[];
  book: DeviceBook;
}

const EMPTY: DeviceContactsState = { contacts: [], book: new DeviceBook([]) };

/** Contacts that the user has chosen from this device. They are held here, and are deleted at sign-out. */
export const deviceContacts = createStore<DeviceContactsState>(EMPTY);
onSignOut(() => deviceContacts.setState(() => EMPTY));

export function picker(): ContactsManager | undefined {
  return (navigator as Navigator & { contacts?: ContactsManager }).contacts;
}

let restored: Promise<void> | undefined;

/** Read the contacts of an earlier visit. */
export function restoreDeviceContacts(): Promise<void> {
  restored ??= (async () => {
    const stored = await readLocal(STORAGE_KEY);
    if (Array.isArray(stored) && stored.length > 0) await show(stored as DeviceContact[]);
    await restoreSync(() => deviceContacts.state.contacts);
  })();
  return restored;
}
onSignOut(() => {
  restored = undefined;
});

/** Let the user choose contacts of the device. Returns their number; undefined if the user has cancelled. */
export async function pickContacts(): Promise<number | undefined> {
  const picked = await picker()?.select(['name', 'tel'], { multiple: true });
  if (!picked?.length) return undefined;
  const found = picked.map(({ name, tel }) => ({ name: name?.[0]?.trim() ?? '', numbers: tel ?? [] }));
  return add(found.filter((each) => each.name && each.numbers.length > 0));
}

/** Read a vCard file. Returns the number of contacts and the cards with faults; undefined for a file that is too large. */
export async function openCardFile(file: File): Promise<{ added: number; faults: CardFault[] } | undefined> {
  if (file.size > MOST_BYTES) return undefined;
  const { contacts, faults } = readCards(await file.text());
  return { added: await add(contacts), faults };
}

/** Delete the contacts from this device's storage for the app, and their copy on the server. */
export async function clearDeviceContacts(): Promise<void> {
  deviceContacts.setState(() => EMPTY);
  await removeLocal(STORAGE_KEY);
  await sendContacts([]);
}

/** Add contacts to those of all tabs; returns how many are new. */
async function add(added: readonly DeviceContact[]): Promise<number> {
  const owner = currentOwner();
  let before = 0;
  const merge = (present: readonly DeviceContact[]) => {
    const all = new Map(present.map((each) => [keyOf(each), each]));
    before = all.size;
    for (const each of added) if (all.size < MOST_CONTACTS) all.set(keyOf(each), each);
    return [...all.values()];
  };
  const stored = await changeLocal(owner, STORAGE_KEY, (present) =>
    merge(Array.isArray(present) ? (present as DeviceContact[]) : []),
  );
  if (owner !== currentOwner()) return 0;
  const contacts = stored ?? merge(deviceContacts.state.contacts);
  await show(contacts);
  await sendContacts(contacts);
  return contacts.length - before;
}

function keyOf({ name, numbers }: DeviceContact): string {
  return JSON.stringify([name, numbers]);
}

async function show(contacts: readonly DeviceContact[]): Promise<void> {
  const owner = currentOwner();
  const library = await loadPhoneNumbers();
  if (owner !== currentOwner()) return; // signed out meanwhile
  const country = session.state.state === 'in' ? session.state.me.tenant?.country : undefined;
  const sorted = [...contacts].sort((a, b) => a.name.localeCompare(b.name));
  const book = new DeviceBook(sorted, library?.parsePhoneNumberFromString, country);
  deviceContacts.setState(() => ({ contacts: sorted, book }));
}
