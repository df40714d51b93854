import { useQueryClient } from '@tanstack/react-query';
import { Trans } from '@lingui/react/macro';
import { api, type Contact } from '~/api';
import { PictureField } from '~/features/pictures';
import { CONTACTS, showPicturesOf, titleOf } from './useContacts';

interface ContactPictureProps {
  contact: Contact;
  /** The organisation whose contacts are managed. */
  tenant?: string;
  onChange: (contact: Contact) => void;
}

/** The picture of a contact, stored as soon as it is chosen. */
export function ContactPicture({ contact, tenant, onChange }: ContactPictureProps) {
  const queries = useQueryClient();
  const target = { path: { contact_id: contact.id }, query: { tenant } };
  const changed = ({ data }: { data: Contact }) => {
    showPicturesOf([data], tenant);
    onChange(data);
    void queries.invalidateQueries({ queryKey: [CONTACTS] });
  };
  return (
    <PictureField
      name={titleOf(contact)}
      of={contact.id}
      set={(body) => api.setContactPicture({ ...target, body }).then(changed)}
      remove={() => api.deleteContactPicture(target).then(changed)}
    >
      {contact.book === 'company' ? (
        <Trans>
          Everyone in your organisation sees it. A small square from the middle is stored, encrypted, without place and
          camera.
        </Trans>
      ) : (
        <Trans>Only you see it. A small square from the middle is stored, encrypted, without place and camera.</Trans>
      )}
    </PictureField>
  );
}
