import { Badge, VisuallyHidden } from '@mantine/core';
import { IconBellOff, IconLock, IconMessage, IconUsersGroup } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Conversation } from '~/api';
import { useValue } from '~/core/store';
import { Avatar } from '~/design/Avatar';
import { EmptyState } from '~/design/EmptyState';
import { LinkRow, RowTime } from '~/design/LinkRow';
import { ErrorBar } from '~/design/ErrorBar';
import { InfoNotice } from '~/design/Notice';
import { Rows } from '~/design/Rows';
import { SkeletonRows } from '~/design/SkeletonRows';
import { formatDateTime } from '~/design/dates';
import { ColleagueDot, presences } from '~/features/presence';
import { chats, drafts, outbox } from './chats';
import { useSummary } from './files/useSummary';
import { withNames } from './mentions';
import { useChatTitle } from './useChatTitle';
import { useMentionName } from './useMentionName';

/** Conversations, with the newest message first. */
export function ConversationList() {
  const { conversations, source, fault } = useValue(chats.state);
  const { conversation: selected } = useParams({ strict: false });
  useEffect(() => presences.open(), []);
  useEffect(() => void chats.open(), []);
  if (source === 'none')
    return fault ? <ErrorBar fault={fault} retry={() => chats.refresh()} /> : <SkeletonRows avatar />;
  return (
    <>
      {source === 'cache' && fault && (
        <InfoNotice>
          <Trans>You are seeing saved messages. Newer ones appear when you are online.</Trans>
        </InfoNotice>
      )}
      {conversations.length === 0 ? (
        <EmptyState icon={IconMessage} text={<Trans>No conversations yet. Write to a colleague.</Trans>} />
      ) : (
        <Rows>
          {conversations.map((each) => (
            <ConversationRow key={each.id} conversation={each} selected={each.id === selected} />
          ))}
        </Rows>
      )}
    </>
  );
}

function ConversationRow({ conversation, selected }: { conversation: Conversation; selected: boolean }) {
  const { t } = useLingui();
  const title = useChatTitle()(conversation);
  const waiting = useValue(outbox.waiting, (all) => all.findLast((each) => each.conversation_id === conversation.id));
  const { id, kind, members, newest, unread, changed } = conversation;
  const draft = useValue(drafts.texts, (all) => all[conversation.id]?.trim());
  useEffect(() => void drafts.open(conversation.id), [conversation.id]);
  const nameOf = useMentionName(conversation);
  const other = members.find((each) => !each.own);
  const group = kind === 'group';
  const author = members.find((each) => each.person_id === newest?.person_id);
  const summary = useSummary();
  const text = newest?.state === 'sent' ? summary(newest) : newest ? t`Message deleted` : '';
  const from = author?.own ? t`You` : group ? author?.name : '';
  const newestLine = from && text ? `${from}: ${text}` : (text ?? '');
  const second = waiting
    ? t`Waiting: ${waiting.text || (waiting.files?.[0]?.name ?? '')}`
    : draft && !selected
      ? t`Draft: ${draft}`
      : newestLine;
  return (
    <LinkRow
      open={(props) => <Link to="/chat/$conversation" params={{ conversation: id }} {...props} />}
      avatar={
        <Avatar
          name={group ? '' : title}
          of={group ? undefined : other?.person_id}
          icon={group ? IconUsersGroup : undefined}
          presence={!group && other?.extension_id ? <ColleagueDot extension={other.extension_id} /> : undefined}
        />
      }
      name={title}
      second={withNames(second, nameOf).replaceAll('\n', ' ').slice(0, 80)}
      selected={selected}
      end={
        <>
          {conversation.encrypted && <IconLock size={16} role="img" aria-label={t`End-to-end encrypted`} />}
          {conversation.muted && <IconBellOff size={16} role="img" aria-label={t`Muted`} />}
          {newest && <RowTime dateTime={changed}>{formatDateTime(changed)}</RowTime>}
          {unread > 0 && (
            <Badge circle={unread < 10} color={conversation.muted ? 'gray.7' : 'red.9'}>
              <span aria-hidden>{unread < 100 ? unread : '99+'}</span>
              <VisuallyHidden>
                <Plural value={unread} one="# unread message" other="# unread messages" />
              </VisuallyHidden>
            </Badge>
          )}
        </>
      }
    />
  );
}
