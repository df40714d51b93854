import { useEffect, useMemo } from 'react';
import { api } from '~/api';
import { events } from '~/api/events';
import { onSignOut } from '~/api/session';
import { useValue } from '~/core/store';
import { deviceContacts, restoreDeviceContacts } from '~/features/device-contacts';
import { colleagues } from '~/features/directory';
import { showContactPictures } from '~/features/pictures';
import { ContactNames, type ContactName } from './names';

/** How long numbers are collected before they are asked for, in ms. */
const COLLECTING_MS = 20;

/** Names of numbers, shared by all screens. */
export const contactNames = new ContactNames({
  find: async (numbers) => {
    const { items } = (await api.findContactNames({ body: { numbers } })).data;
    const none = numbers.map((key) => ({ key, contact: '', version: '' }));
    const pictures = items.map(({ number, contact_id, picture }) => ({
      key: number,
      contact: contact_id,
      version: picture,
    }));
    showContactPictures([...none, ...pictures]);
    return items.map(({ number, name, book, contact_id }) => [number, { name, book, id: contact_id }]);
  },
  soon: (work) => void setTimeout(work, COLLECTING_MS),
});

events.on('contacts.changed', () => contactNames.refresh());
onSignOut(() => contactNames.clear());

/**
 * The contact of a number, first of this device; undefined for colleagues, who are named by the directory, and while it
 * is unknown.
 */
export function useContactName(number: string | undefined): ContactName | undefined {
  const found = useValue(contactNames.state, (each) => (number ? each.get(number) : undefined));
  const colleague = useValue(colleagues.state, () => (number ? colleagues.withNumber(number)?.id : undefined));
  const local = useValue(deviceContacts, (each) => (number ? each.book.nameOf(number) : undefined));
  const ofDevice = useMemo<ContactName | undefined>(
    () => (local ? { name: local, book: 'device', id: '' } : undefined),
    [local],
  );
  useEffect(() => void restoreDeviceContacts(), []);
  useEffect(() => {
    if (number && colleague === undefined && local === undefined) contactNames.want(number);
  }, [number, colleague, local]);
  return colleague === undefined ? (ofDevice ?? found) : undefined;
}
