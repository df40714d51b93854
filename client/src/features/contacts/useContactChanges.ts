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
      changes.mutate(
        {
          apply: () =>
            api.deleteContact({ path: { contact_id: contact.id }, query: { ...query, revision: contact.revision } }),
          undo: () => api.createContact({ query, body: { ...entryOf(contact), book: contact.book, uid: contact.uid } }),
          message: t`${title} is deleted.`,
        },
        { onSuccess: after },
      );
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
