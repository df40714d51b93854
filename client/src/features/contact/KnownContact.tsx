import { Button } from '@mantine/core';
import { IconAddressBook, IconUserPlus } from '@tabler/icons-react';
import { Trans } from '@lingui/react/macro';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ContactForm } from '~/features/contacts';
import css from './contact.module.css';

/** Leads from a number to its contact, or adds it to the contacts of the user. */
export function KnownContact({ id, number, name }: { id?: string; number: string; name: string }) {
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const open = (contact: string) =>
    void navigate({ to: '/team/contacts/$contact', params: { contact }, search: { show: 'contacts' } });
  return (
    <div className={css.actions}>
      {id ? (
        <Button
          renderRoot={(props) => (
            <Link to="/team/contacts/$contact" params={{ contact: id }} search={{ show: 'contacts' }} {...props} />
          )}
          size="md"
          variant="default"
          leftSection={<IconAddressBook size={18} aria-hidden />}
        >
          <Trans>Open contact</Trans>
        </Button>
      ) : (
        <Button
          size="md"
          variant="default"
          leftSection={<IconUserPlus size={18} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          <Trans>Add to contacts</Trans>
        </Button>
      )}
      <ContactForm
        opened={adding}
        onClose={() => setAdding(false)}
        book="personal"
        number={number}
        name={name}
        onSaved={(contact) => open(contact.id)}
      />
    </div>
  );
}
