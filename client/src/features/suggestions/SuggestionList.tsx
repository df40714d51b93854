import { ActionIcon, Anchor, Text, Title } from '@mantine/core';
import { IconPhone, IconStar } from '@tabler/icons-react';
import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, useId, type ReactNode } from 'react';
import type { Suggestion } from '~/api';
import { useValue } from '~/core/store';
import { Avatar } from '~/design/Avatar';
import { useChanges } from '~/design/changes';
import { LinkRow } from '~/design/LinkRow';
import { ErrorNotice } from '~/design/Notice';
import { Rows } from '~/design/Rows';
import { startCall } from '~/features/call';
import { useContactName } from '~/features/contact-names';
import { useContactChanges, useContacts } from '~/features/contacts';
import { favourites, restoreFavourites, setFavourite } from '~/features/directory';
import { useNumberFormat } from '~/features/phone-numbers';
import { useSuggestions } from './useSuggestions';
import { useUsualTime } from './useUsualTime';

const MOST_SHOWN = 5;

/** The people and numbers that the user calls most, without favourites. Renders nothing if there are none. */
export function SuggestionList() {
  const { t } = useLingui();
  const heading = useId();
  const suggestions = useSuggestions();
  const ids = useValue(favourites);
  const contacts = useContacts({ favourites: true, book: 'personal' }).items;
  const changes = useChanges([]);
  const contactChanges = useContactChanges();
  useEffect(() => void restoreFavourites(), []);
  const known = new Set(contacts.flatMap((each) => each.numbers.map(({ number }) => number)));
  const shown = suggestions
    .filter(({ extension_id: id, number }) => (id ? !ids.includes(id) : !known.has(number)))
    .slice(0, MOST_SHOWN);
  if (shown.length === 0) return null;
  const addColleague = (id: string, name: string) =>
    changes.mutate({
      apply: () => setFavourite(id, true),
      undo: () => setFavourite(id, false),
      message: t`${name} is a favourite.`,
    });
  return (
    <section aria-labelledby={heading}>
      <Title order={2} size="h6" c="dimmed" mt="md" mb={4} id={heading}>
        <Trans>Suggestions</Trans>
      </Title>
      <ErrorNotice fault={contactChanges.error} />
      <Rows label={t`Suggestions`}>
        {shown.map((each) =>
          each.extension_id ? (
            <ColleagueSuggestion key={each.number} suggestion={each} id={each.extension_id} add={addColleague} />
          ) : (
            <NumberSuggestion key={each.number} suggestion={each} add={contactChanges.addFavourite} />
          ),
        )}
      </Rows>
      <Text size="sm" c="dimmed" mt={4}>
        <Trans>
          From your calls of the last 90 days; only you see this.{' '}
          <Anchor renderRoot={(props) => <Link to="/settings/privacy" {...props} />} inherit underline="always">
            Turn suggestions off
          </Anchor>
        </Trans>
      </Text>
    </section>
  );
}

interface ColleagueSuggestionProps {
  suggestion: Suggestion;
  id: string;
  add: (id: string, name: string) => void;
}

function ColleagueSuggestion({ suggestion, id, add }: ColleagueSuggestionProps) {
  return (
    <SuggestionRow
      suggestion={suggestion}
      name={suggestion.name}
      title={suggestion.name}
      open={(props) => <Link to="/team/$person" params={{ person: id }} search={true} {...props} />}
      onAdd={() => add(id, suggestion.name)}
    />
  );
}

interface NumberSuggestionProps {
  suggestion: Suggestion;
  add: (number: string, contact?: { name: string; personalId?: string }) => void;
}

function NumberSuggestion({ suggestion, add }: NumberSuggestionProps) {
  const { number } = suggestion;
  const formatted = useNumberFormat();
  const found = useContactName(number);
  const stored = found?.book === 'device' ? undefined : found; // contacts of this device stay on it
  return (
    <SuggestionRow
      suggestion={suggestion}
      name={found?.name}
      title={found?.name || formatted(number)}
      open={(props) =>
        stored ? (
          <Link to="/team/contacts/$contact" params={{ contact: stored.id }} search={{ show: 'contacts' }} {...props} />
        ) : (
          <div {...props} />
        )
      }
      onAdd={() =>
        add(number, stored && { name: stored.name, personalId: stored.book === 'personal' ? stored.id : undefined })
      }
    />
  );
}

interface SuggestionRowProps {
  suggestion: Suggestion;
  /** Undefined if unknown. */
  name?: string;
  title: string;
  open: (props: { className: string | undefined; children: ReactNode }) => ReactNode;
  onAdd: () => void;
}

function SuggestionRow({ suggestion: { number, calls, best_time }, name, title, open, onAdd }: SuggestionRowProps) {
  const { t } = useLingui();
  const usualTime = useUsualTime();
  const made = t`${plural(calls, { one: '# call', other: '# calls' })}`;
  return (
    <LinkRow
      open={open}
      avatar={<Avatar name={name ?? ''} of={number} />}
      name={title}
      second={[made, usualTime(best_time)].filter(Boolean).join(' · ')}
      end={
        <>
          <ActionIcon variant="subtle" size={44} radius="xl" aria-label={t`Add ${title} to favourites`} onClick={onAdd}>
            <IconStar size={20} stroke={1.75} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            size={44}
            radius="xl"
            aria-label={t`Call ${title}`}
            onClick={() => void startCall(number, { name })}
          >
            <IconPhone size={20} stroke={1.75} aria-hidden />
          </ActionIcon>
        </>
      }
    />
  );
}
