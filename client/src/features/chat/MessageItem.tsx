import { IconCheck, IconChecks, IconPin } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ChatMessage, Conversation } from '~/api';
import { withNames } from './mentions';
import { i18nTime } from './time';
import { markOf, type MessageMark } from './marks';
import { MessageFiles } from './files/MessageFiles';
import { useSummary } from './files/useSummary';
import { MessageMenu } from './MessageMenu';
import { MessageText } from './MessageText';
import { useMentionName } from './useMentionName';
import type { Target } from './targets';
import css from './chat.module.css';

/** Id of the element of a message. */
export const messageAnchor = (id: string) => `message-${id}`;

/** The message that an address names. */
export const messageOfAnchor = (hash: string) => /^message-([\w-]{1,64})$/.exec(hash)?.[1];

interface MessageItemProps {
  message: ChatMessage;
  conversation: Conversation;
  /** The message that it answers, if loaded. */
  answered?: ChatMessage;
  onTarget: (target: Target) => void;
}

/** A message of a conversation. */
export function MessageItem({ message, conversation, answered, onTarget }: MessageItemProps) {
  const { t } = useLingui();
  const summary = useSummary();
  const nameOf = (person: string | null) => {
    if (person === null) return t`Deleted user`;
    const member = conversation.members.find((each) => each.person_id === person);
    return member?.own ? t`You` : member?.name || t`Former member`;
  };
  const own = conversation.members.some((each) => each.own && each.person_id === message.person_id);
  const author = nameOf(message.person_id);
  const mentionName = useMentionName(conversation);
  return (
    <li
      id={messageAnchor(message.id)}
      tabIndex={-1}
      className={css.item}
      data-own={own || undefined}
      aria-label={author}
    >
      <div className={css.bubble}>
        {!own && (conversation.kind === 'group' || message.person_id === null) && (
          <div className={css.author}>{author}</div>
        )}
        {message.reply_to && (
          <div className={css.reply}>
            <strong>{answered ? nameOf(answered.person_id) : t`Earlier message`}</strong>{' '}
            {answered &&
              (answered.text === null ? t`Message deleted` : withNames(summary(answered), mentionName).slice(0, 80))}
          </div>
        )}
        {message.text === null ? (
          <p className={css.deleted}>
            {message.state === 'sent' ? (
              <Trans>This device cannot read this message.</Trans>
            ) : message.state === 'erased' ? (
              <Trans>Message of a deleted user</Trans>
            ) : (
              <Trans>Message deleted</Trans>
            )}
          </p>
        ) : (
          message.text && <MessageText text={message.text} nameOf={mentionName} />
        )}
        {message.attachments?.length > 0 && <MessageFiles message={message} author={own ? undefined : author} />}
        {message.reactions.length > 0 && (
          <ul className={css.reactions} aria-label={t`Reactions`}>
            {message.reactions.map(({ emoji, person_ids: people }) => (
              <li key={emoji} title={people.map(nameOf).join(', ')}>
                {emoji} {people.length > 1 && people.length}
              </li>
            ))}
          </ul>
        )}
        <div className={css.foot}>
          {message.pinned && <IconPin size={14} role="img" aria-label={t`Pinned`} />}
          {message.edited && message.text !== null && (
            <span>
              <Trans>edited</Trans>
            </span>
          )}
          <time dateTime={message.created}>{i18nTime(message.created)}</time>
          {own && message.text !== null && <Mark mark={markOf(message, conversation)} />}
        </div>
      </div>
      {message.text !== null && (
        <MessageMenu message={message} own={own} conversation={conversation} onTarget={onTarget} />
      )}
    </li>
  );
}

function Mark({ mark }: { mark: MessageMark }) {
  const { t } = useLingui();
  const label = { sent: t`Sent`, delivered: t`Delivered`, read: t`Read` }[mark];
  const Shape = mark === 'sent' ? IconCheck : IconChecks;
  return <Shape size={16} role="img" aria-label={label} data-mark={mark} className={css.mark} />;
}
