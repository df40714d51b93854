import { ActionIcon, Container, Text, Title } from '@mantine/core';
import { IconArrowLeft, IconUsersGroup } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import { pageTitle } from '~/core/brand';
import { Avatar } from '~/design/Avatar';
import { useTwoPanes } from '~/design/Panes';
import { useNumberFormat } from '~/features/phone-numbers';
import { PickUpButton } from '~/features/pickup';
import { presences, PresenceText } from '~/features/presence';
import { UsualTime } from '~/features/suggestions';
import { ContactActions } from './ContactActions';
import { ContactHistory } from './ContactHistory';
import { ContactNumbers } from './ContactNumbers';
import css from './contact.module.css';

/** A person, room or number. */
export interface ContactParty {
  /** The colleague's id. */
  id?: string;
  /** Both are empty if unknown. */
  name: string;
  number: string;
  /** The name, or what stands in its place. */
  title: string;
  room: boolean;
  /** Key of its picture; the number by default. */
  picture?: string;
  department?: string;
  /** All numbers, if there are several; `kind` is shown beside each. */
  numbers?: { number: string; kind: string }[];
  /** Actions of a contact besides calls. */
  entry?: ContactEntryActions;
}

interface ContactEntryActions {
  /** Undefined for a contact that cannot be a favourite. */
  favourite?: boolean;
  onFavourite: () => void;
  onEdit?: () => void;
  onDelete?: () => void;
}

interface ContactProps {
  party: ContactParty;
  /** The list, which is another screen on a phone. */
  back: '/calls' | '/team';
  /** Between the actions and the history. */
  children?: ReactNode;
}

/** The page of a person: actions, numbers, and the calls, messages and recordings with them. */
export function Contact({ party, back, children }: ContactProps) {
  const { t } = useLingui();
  const beside = useTwoPanes();
  const formatted = useNumberFormat();
  const shown = formatted(party.number);
  useEffect(() => presences.open(), []);
  useEffect(() => {
    document.title = pageTitle(party.title);
  }, [party.title]);
  return (
    <Container size="sm" py="md" px="md">
      {!beside && (
        <ActionIcon
          renderRoot={(props) => <Link to={back} search={true} {...props} />}
          variant="subtle"
          size={44}
          ml={-10}
          aria-label={t`Back`}
        >
          <IconArrowLeft aria-hidden />
        </ActionIcon>
      )}
      <header className={css.head}>
        <Avatar
          name={party.room ? '' : party.name}
          of={party.picture ?? party.number}
          icon={party.room ? IconUsersGroup : undefined}
          size={96}
        />
        <Title order={beside ? 2 : 1} size="h2" tabIndex={-1} className={css.title}>
          {party.title}
        </Title>
        {shown && shown !== party.title && <Text c="dimmed">{shown}</Text>}
        {party.department && <Text c="dimmed">{party.department}</Text>}
        {party.id && !party.room && <PresenceText extension={party.id} />}
        {!party.room && (
          <UsualTime id={party.id} numbers={[party.number, ...(party.numbers ?? []).map((each) => each.number)]} />
        )}
        <PickUpButton extension={party.id} name={party.title} />
      </header>
      {(party.number || party.entry) && <ContactActions party={party} />}
      {children}
      {party.number && <ContactNumbers party={party} />}
      {party.number && <ContactHistory party={party} />}
    </Container>
  );
}
