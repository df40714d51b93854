import { api } from '~/api';
import { onSignOut } from '~/api/session';
import { currentOwner, readLocal, removeLocal, saveLocal } from '~/core/device-storage';
import { asProblem } from '~/core/problem';
import { createStore } from '~/core/store';
import { writeCards, type DeviceContact } from './vcard';

type Language = 'en' | 'de';

/** The sync of this device: its own random id, and the consent that the sync rests on. */
interface SyncRecord {
  device: string;
  consent: string;
  /** The server does not have the latest list yet. */
  pending: boolean;
}

export interface SyncState {
  on: boolean;
  /** Why the server does not have the latest list; tried again at the next start and change. */
  fault?: unknown;
  /** Entries of the latest list that the server could not use. */
  refused: number;
}

const STORAGE_KEY = 'device-contacts-sync';
const OFF: SyncState = { on: false, refused: 0 };

/** Whether the contacts of this device are copied to the user's contacts on the server. */
export const contactSync = createStore<SyncState>(OFF);
onSignOut(() => contactSync.setState(() => OFF));

/** Read whether an earlier visit has turned it on, and send what the server does not have yet. */
export async function restoreSync(contacts: () => readonly DeviceContact[]): Promise<void> {
  const record = await stored();
  if (!record) return;
  contactSync.setState(() => ({ on: true, refused: 0 }));
  if (record.pending) await sendContacts(contacts());
}

/** Record the consent of the user, who has read what will happen, and send the contacts of this device. */
export async function startSync(contacts: readonly DeviceContact[], language: Language): Promise<void> {
  const owner = currentOwner();
  const { data } = await api.decideOnConsent({ body: { purpose: 'contact_sync', given: true, language } });
  const record: SyncRecord = { device: crypto.randomUUID(), consent: data.id, pending: true };
  await saveLocal(owner, STORAGE_KEY, record);
  contactSync.setState(() => ({ on: true, refused: 0 }));
  await sendContacts(contacts);
}

/** Withdraw the consent: the server deletes the copies of all devices of the user. */
export async function stopSync(language: Language): Promise<void> {
  await api.decideOnConsent({ body: { purpose: 'contact_sync', given: false, language } });
  await forgetSync();
}

/** Stop on this device after a withdrawal. */
export async function forgetSync(): Promise<void> {
  contactSync.setState(() => OFF);
  await removeLocal(STORAGE_KEY);
}

/** Make the copy on the server equal to the contacts of this device, if it is turned on. */
export async function sendContacts(contacts: readonly DeviceContact[]): Promise<void> {
  const owner = currentOwner();
  const record = await stored();
  if (!record || owner !== currentOwner()) return;
  await saveLocal(owner, STORAGE_KEY, { ...record, pending: true });
  try {
    const { data } = await api.copyDeviceContacts({
      query: { device: record.device, consent: record.consent },
      body: new Blob([writeCards(contacts)], { type: 'text/vcard' }),
    });
    await saveLocal(owner, STORAGE_KEY, { ...record, pending: false });
    contactSync.setState(() => ({ on: true, refused: data.refused }));
  } catch (fault) {
    // Withdrawn in the privacy centre, or on another device.
    if (asProblem(fault).code === 'contact_sync_off') await forgetSync();
    else contactSync.setState((before) => ({ ...before, fault }));
  }
}

async function stored(): Promise<SyncRecord | undefined> {
  return (await readLocal(STORAGE_KEY)) as SyncRecord | undefined;
}
