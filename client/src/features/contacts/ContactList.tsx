import { ActionIcon, Button } from '@mantine/core';
import { IconAddressBook, IconPhone, IconPlus, IconStarFilled } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Contact } from '~/api';
import { Avatar } from '~/design/Avatar';
import { EmptyState } from '~/design/EmptyState';
import { LinkRow } from '~/design/LinkRow';
import { ErrorBar } from '~/design/ErrorBar';
import { Rows } from '~/design/Rows';
import { SkeletonRows } from '~/design/SkeletonRows';
import { startCall } from '~/features/call';
import { restoreDeviceContacts } from '~/features/device-contacts';
import { useNumberFormat } from '~/features/phone-numbers';
import { ContactForm } from './ContactForm';
import { ContactMenu } from './ContactMenu';
import { ContactSearch } from './ContactSearch';
import { DeviceContactRows } from './DeviceContacts';
import { titleOf, useContacts } from './useContacts';
import css from './contacts.module.css';

/** The user's contacts and those of the company. */
export function ContactList() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const [adding, setAdding] = useState(false);
  const { items, loaded, fault, loadMore, retry } = useContacts({ search });
  useEffect(() => void restoreDeviceContacts(), []);
  const favourites = useContacts({ favourites: true, book: 'personal' }).items;
  const add = (
    <Button size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      <Trans>New contact</Trans>
    </Button>
  );
  return (
    <>
      <div className={css.bar}>
        <ContactSearch value={search} onChange={setSearch} />
        {items.length > 0 && (
          <ActionIcon variant="light" size={44} radius="xl" aria-label={t`New contact`} onClick={() => setAdding(true)}>
            <IconPlus size={20} aria-hidden />
          </ActionIcon>
        )}
        <ContactMenu />
      </div>
      <ErrorBar fault={fault} retry={retry} />
      {!loaded && !fault && <SkeletonRows avatar />}
      {!search && favourites.length > 0 && (
        <Rows label={t`Favourites`}>
          {favourites.map((each) => (
            <ContactRow key={each.id} contact={each} />
          ))}
        </Rows>
      )}
      {items.length > 0 && (
        <Rows label={t`Contacts`}>
          {items
            .filter((each) => search || !favourites.some((one) => one.id === each.id))
            .map((each) => (
              <ContactRow key={each.id} contact={each} />
            ))}
        </Rows>
      )}
      {search && <DeviceContactRows search={search} />}
      {loaded && items.length === 0 && (
        <EmptyState
          icon={IconAddressBook}
          text={
            search ? (
              <Trans>No matching contacts.</Trans>
            ) : (
              <Trans>No contacts yet. Only you see the ones that you add.</Trans>
            )
          }
          action={add}
        />
      )}
      {loadMore && (
        <Button variant="default" size="md" fullWidth mt="sm" onClick={loadMore}>
          <Trans>Show more</Trans>
        </Button>
      )}
      <ContactForm
        opened={adding}
        onClose={() => setAdding(false)}
        book="personal"
        onSaved={({ id }) => void navigate({ to: '/team/contacts/$contact', params: { contact: id }, search: true })}
      />
    </>
  );
}

function ContactRow({ contact }: { contact: Contact }) {
  const { t } = useLingui();
  const { contact: selected } = useParams({ strict: false });
  const formatted = useNumberFormat();
  const title = titleOf(contact, formatted);
  const number = contact.numbers[0]?.number;
  const call = () => number && void startCall(number, { name: contact.name || undefined });
  const details = [
    contact.name && contact.organisation,
    contact.book === 'company' && t`Company`,
    number && formatted(number) !== title && formatted(number),
  ];
  return (
    <LinkRow
      open={(props) => <Link to="/team/contacts/$contact" params={{ contact: contact.id }} search={true} {...props} />}
      avatar={<Avatar name={title} of={contact.id} />}
      name={title}
      second={details.filter(Boolean).join(' · ')}
      selected={contact.id === selected}
      number={number}
      swipe={{ right: number ? { label: t`Call`, icon: IconPhone, run: call } : undefined }}
      end={
        <>
          {contact.favourite && <IconStarFilled size={16} aria-label={t`Favourite`} role="img" />}
          {number && (
            <ActionIcon variant="subtle" size={44} radius="xl" aria-label={t`Call ${title}`} onClick={call}>
              <IconPhone size={20} stroke={1.75} aria-hidden />
            </ActionIcon>
          )}
        </>
      }
    />
  );
}
