import { Text, TextInput, Title, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { Avatar } from '~/design/Avatar';
import { useValue } from '~/core/store';
import { favourites } from './favourites';
import { searchColleagues } from './model';
import { usePeople } from './usePeople';
import css from './contact-picker.module.css';

/** A colleague, or a number that was typed. */
export interface Contact {
  number: string;
  name: string;
}

interface ContactPickerProps {
  label: string;
  query: string;
  onChange: (query: string) => void;
  /** Numbers to list first, newest first. */
  recent?: readonly string[];
  /** Buttons of each row; without them a row fills the field with its number. */
  actions?: (contact: Contact) => ReactNode;
}

/** A field for a name or number, above the people it fits: all of them while it is empty. */
export function ContactPicker({ label, query, onChange, recent = [], actions }: ContactPickerProps) {
  const { t } = useLingui();
  const all = usePeople();
  const ids = useValue(favourites);
  const typed = query.trim();
  const preferred = typed ? [] : all.filter((each) => ids.includes(each.id));
  const others = all.filter((each) => !preferred.includes(each));
  const lately = typed ? [] : recent.flatMap((number) => others.find((each) => each.number === number) ?? []);
  const found = typed ? searchColleagues(all, typed) : others;
  const divided = preferred.length > 0 || lately.length > 0;
  const dialable = /^[+*#0-9]+$/.test(typed) && !found.some((each) => each.number === typed);
  const row = (each: Contact) => <ContactRow key={each.number} contact={each} actions={actions} onPick={onChange} />;
  return (
    <div>
      <TextInput
        size="md"
        data-autofocus
        autoComplete="off"
        label={label}
        placeholder={t`Name or number`}
        value={query}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <div className={css.list}>
        {dialable && actions && row({ number: typed, name: '' })}
        {preferred.length > 0 && <Group title={t`Favourites`}>{preferred.map(row)}</Group>}
        {lately.length > 0 && <Group title={t`Recent`}>{lately.map(row)}</Group>}
        {found.length > 0 && <Group title={divided ? t`All` : undefined}>{found.map(row)}</Group>}
        {found.length === 0 && preferred.length === 0 && !dialable && (
          <Text c="dimmed" py="sm" role="status">
            <Trans>No matching people.</Trans>
          </Text>
        )}
      </div>
    </div>
  );
}

function Group({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      {title && (
        <Title order={3} size="h6" c="dimmed" mt="xs" aria-hidden>
          {title}
        </Title>
      )}
      {children}
    </section>
  );
}

interface ContactRowProps {
  contact: Contact;
  actions?: (contact: Contact) => ReactNode;
  onPick: (number: string) => void;
}

function ContactRow({ contact, actions, onPick }: ContactRowProps) {
  const { name, number } = contact;
  const content = (
    <>
      <Avatar name={name} of={number} size={40} />
      <span className={css.text}>
        <span className={css.name}>{name || number}</span>
        {name && <span className={css.number}>{number}</span>}
      </span>
    </>
  );
  if (!actions) {
    return (
      <UnstyledButton className={css.row} onClick={() => onPick(number)}>
        {content}
      </UnstyledButton>
    );
  }
  return (
    <div className={css.row} role="group" aria-label={name || number}>
      {content}
      <span className={css.actions}>{actions(contact)}</span>
    </div>
  );
}
