import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, type Contact } from '~/api';
import { events } from '~/api/events';
import { reloadQueries } from '~/api/reload-queries';
import { usePages } from '~/design/lists';
import { showContactPictures } from '~/features/pictures';

export const CONTACTS = 'contacts';
const PAGE_SIZE = 100;

interface ContactFilter {
  book?: 'company' | 'personal';
  search?: string;
  favourites?: boolean;
  tenant?: string;
}

/** Contacts of the user and of the company, by name; kept in step with other devices. */
export function useContacts(filter: ContactFilter = {}) {
  useFreshContacts();
  const { tenant } = filter;
  return usePages<Contact>(
    [CONTACTS, filter],
    async (cursor) => {
      const found = await api.listContacts({ query: { ...filter, cursor, limit: PAGE_SIZE } });
      showPicturesOf(found.data.items, tenant);
      return found;
    },
    { keepFormer: true },
  );
}

/** One contact. */
export function useContact(id: string) {
  useFreshContacts();
  return useQuery({
    queryKey: [CONTACTS, 'one', id],
    queryFn: async () => {
      const { data } = await api.showContact({ path: { contact_id: id } });
      showPicturesOf([data]);
      return data;
    },
    retry: false,
  });
}

function useFreshContacts() {
  const queries = useQueryClient();
  useEffect(() => events.on('contacts.changed', () => reloadQueries(queries, [CONTACTS])), [queries]);
}

/** Show the pictures of contacts that were fetched. */
export function showPicturesOf(contacts: Contact[], tenant?: string): void {
  showContactPictures(
    contacts.map(({ id, picture }) => ({ key: id, contact: id, version: picture })),
    tenant,
  );
}

/** The name of a contact, or the first other value that it has. */
export function titleOf(
  { name, organisation, numbers, emails }: Pick<Contact, 'name' | 'organisation' | 'numbers' | 'emails'>,
  formatted = (number: string) => number,
) {
  return name || organisation || (numbers[0] && formatted(numbers[0].number)) || emails[0] || '';
}

/** The entry of a contact as it is sent to the server. */
export function entryOf({ name, organisation, department, numbers, emails, note, favourite }: Contact) {
  return { name, organisation, department, numbers, emails, note, favourite };
}
