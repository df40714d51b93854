import { useLingui } from '@lingui/react/macro';
import { api, type Contact } from '~/api';
import { useChanges } from '~/design/changes';
import { CONTACTS, entryOf, titleOf } from './useContacts';

/** Deletes contacts and marks favourites, each with Undo. */
export function useContactChanges(tenant?: string) {
  const { t } = useLingui();
  const changes = useChanges([CONTACTS]);
  const query = { tenant };
  return {
    error: changes.error,
    remove: (contact: Contact, after?: () => void) => {
      const title = titleOf(contact);
      const path = { contact_id: contact.id };
      let picture: Blob | undefined;
      changes.mutate(
        {
          apply: async () => {
            if (contact.picture) {
              picture = (await api.showContactPicture({ path, query, parseAs: 'blob' })).data as Blob;
            }
            await api.deleteContact({ path, query: { ...query, revision: contact.revision } });
          },
          deletes: contact.id,
          undo: async () => {
            const body = { ...entryOf(contact), book: contact.book, uid: contact.uid };
            const { id } = (await api.createContact({ query, body })).data;
            if (picture) await api.setContactPicture({ path: { contact_id: id }, query, body: picture });
          },
          message: t`${title} is deleted.`,
        },
        { onSuccess: after },
      );
    },
    /** Make the personal contact of a number a favourite; without one, it is added, by the name given. */
    addFavourite: (number: string, { name = '', personalId }: { name?: string; personalId?: string } = {}) => {
      const title = name || number;
      const put = async (id: string, favourite: boolean) => {
        const { data } = await api.showContact({ path: { contact_id: id } });
        await api.updateContact({
          path: { contact_id: id },
          body: { ...entryOf(data), favourite, revision: data.revision },
        });
      };
      let added = '';
      changes.mutate({
        apply: async () => {
          if (personalId) return put(personalId, true);
          const numbers = [{ number, label: 'other' as const }];
          added = (await api.createContact({ body: { name, numbers, favourite: true, book: 'personal' } })).data.id;
        },
        undo: () => (personalId ? put(personalId, false) : api.deleteContact({ path: { contact_id: added } })),
        message: t`${title} is a favourite.`,
      });
    },
    setFavourite: (contact: Contact, favourite: boolean) => {
      const title = titleOf(contact);
      const put = (one: Contact, value: boolean, revision?: number) =>
        api.updateContact({
          path: { contact_id: one.id },
          query,
          body: { ...entryOf(one), favourite: value, revision },
        });
      changes.mutate({
        apply: () => put(contact, favourite, contact.revision),
        undo: () => put(contact, !favourite),
        message: favourite ? t`${title} is a favourite.` : t`${title} is no longer a favourite.`,
      });
    },
  };
}
