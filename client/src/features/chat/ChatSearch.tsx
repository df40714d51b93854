import { CloseButton, Text, TextInput } from '@mantine/core';
import { IconMessage, IconSearch, IconUsersGroup } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { api, type Conversation } from '~/api';
import { useValue } from '~/core/store';
import { Avatar } from '~/design/Avatar';
import { formatDateTime } from '~/design/dates';
import { LinkRow, RowTime } from '~/design/LinkRow';
import { ErrorBar } from '~/design/ErrorBar';
import { Rows } from '~/design/Rows';
import { chats } from './chats';
import { messageAnchor } from './MessageItem';
import { excerpt, searchMessages } from './search';
import { useChatTitle } from './useChatTitle';
import { useMentionNames } from './useMentionName';
import css from './chat.module.css';

interface ChatSearchProps {
  text: string;
  onText: (text: string) => void;
}

/** The field above the conversations. */
export function SearchField({ text, onText }: ChatSearchProps) {
  const { t } = useLingui();
  return (
    <TextInput
      size="md"
      mb="sm"
      type="search"
      aria-label={t`Search conversations and messages`}
      placeholder={t`Search`}
      maxLength={100}
      leftSection={<IconSearch size={18} aria-hidden />}
      rightSection={text && <CloseButton size={32} aria-label={t`Clear search`} onClick={() => onText('')} />}
      value={text}
      onChange={(event) => onText(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Escape' && onText('')}
    />
  );
}

/** Conversations by name, from the server, and messages on this device. */
export function SearchResults({ text }: { text: string }) {
  const { t } = useLingui();
  const [search] = useDebouncedValue(text.trim(), 250);
  const named = useQuery({
    queryKey: ['conversations', search],
    queryFn: async () => (await api.listConversations({ query: { search } })).data.items,
    placeholderData: keepPreviousData,
    enabled: search !== '',
    gcTime: 0,
  });
  const state = useValue(chats.state);
  const namesOf = useMentionNames();
  const titleOf = useChatTitle();
  const hits = useMemo(() => searchMessages(state, text, namesOf), [state, text, namesOf]);
  const conversations = named.data ?? [];
  return (
    <>
      <ErrorBar fault={named.error} retry={named.refetch} />
      <Results title={t`Conversations`} empty={conversations.length === 0 && !named.isFetching}>
        {conversations.map((each) => (
          <LinkRow
            key={each.id}
            open={(props) => <Link to="/chat/$conversation" params={{ conversation: each.id }} {...props} />}
            avatar={<ConversationAvatar conversation={each} title={titleOf(each)} />}
            name={titleOf(each)}
            second={
              each.kind === 'group' ? each.members.map((one) => one.name).join(', ') : (each.members[0]?.number ?? '')
            }
            end={null}
          />
        ))}
      </Results>
      <Results title={t`Messages on this device`} empty={hits.length === 0}>
        {hits.map(({ message, conversation, text: found }) => (
          <LinkRow
            key={message.id}
            open={(props) => (
              <Link
                to="/chat/$conversation"
                params={{ conversation: conversation.id }}
                hash={messageAnchor(message.id)}
                {...props}
              />
            )}
            avatar={<Avatar name="" icon={IconMessage} />}
            name={titleOf(conversation)}
            second={excerpt(found, text)}
            end={<RowTime dateTime={message.created}>{formatDateTime(message.created)}</RowTime>}
          />
        ))}
      </Results>
    </>
  );
}

function Results({ title, empty, children }: { title: string; empty: boolean; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Text component="h2" size="sm" fw={600} mt="sm">
        {title}
      </Text>
      {empty ? (
        <Text size="sm" c="dimmed" role="status" className={css.nothing}>
          <Trans>Nothing matches.</Trans>
        </Text>
      ) : (
        <Rows>{children}</Rows>
      )}
    </section>
  );
}

function ConversationAvatar({ conversation, title }: { conversation: Conversation; title: string }) {
  const group = conversation.kind === 'group';
  return <Avatar name={group ? '' : title} icon={group ? IconUsersGroup : undefined} />;
}
