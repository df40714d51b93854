import { Text, TextInput, Title, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, type ReactNode } from 'react';
import type { Colleague } from '~/api';
import { Avatar } from '~/design/Avatar';
import { useValue } from '~/core/store';
import { colleagues } from './colleagues';
import { searchColleagues } from './model';
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
  const all = useValue(colleagues.state, (each) => each.colleagues);
  useEffect(() => void colleagues.open(), []);
  const typed = query.trim();
  const found = typed ? searchColleagues(all, typed) : all;
  const lately = typed ? [] : recent.flatMap((number) => all.find((each) => each.number === number) ?? []);
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
        {lately.length > 0 && <Group title={t`Recent`}>{lately.map(row)}</Group>}
        {found.length > 0 && <Group title={lately.length > 0 ? t`All` : undefined}>{sorted(found).map(row)}</Group>}
        {found.length === 0 && !dialable && (
          <Text c="dimmed" py="sm" role="status">
            <Trans>No matching people.</Trans>
          </Text>
        )}
      </div>
    </div>
  );
}

function sorted(people: readonly Colleague[]): Colleague[] {
  return [...people].sort((a, b) => a.name.localeCompare(b.name));
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
      <Avatar name={name} size={40} />
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
