import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowBackUp,
  IconCopy,
  IconDots,
  IconFlag,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconTrash,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type ChatMessage, type Conversation } from '~/api';
import { confirmAction } from '~/design/Confirm';
import { formatDateTime } from '~/design/dates';
import { reportAbuse } from '~/features/support';
import { chats, reactTo } from './chats';
import type { Target } from './targets';
import { withNames } from './mentions';
import { mayPin } from './pins';
import { useAttempt } from './useAttempt';
import { useMentionName } from './useMentionName';
import css from './chat.module.css';

const EMOJI = ['👍', '❤️', '😂', '🎉', '😮', '😢'];

interface MessageMenuProps {
  message: ChatMessage;
  conversation: Conversation;
  own: boolean;
  onTarget: (target: Target) => void;
}

/** Reactions to a message, and what can be done with it. */
export function MessageMenu({ message, conversation, own, onTarget }: MessageMenuProps) {
  const { t } = useLingui();
  const path = { conversation_id: conversation.id, message_id: message.id };
  const me = conversation.members.find((each) => each.own);
  const chosen = message.reactions.find((each) => me && each.person_ids.includes(me.person_id))?.emoji;
  const attempt = useAttempt();
  const nameOf = useMentionName(conversation);
  const text = withNames(message.text ?? '', nameOf);
  const react = (emoji: string) => attempt(() => reactTo(conversation, message, emoji === chosen ? '' : emoji));
  const author = nameOf(message.person_id ?? '');
  const files = message.attachments.map(({ name }) => name).join(', ');
  const report = () =>
    reportAbuse({
      topic: t`Message of ${author}`,
      excerpt: [`${formatDateTime(message.created)}, ${author}:`, text, files].filter(Boolean).join('\n'),
    });
  const pin = () =>
    attempt(async () => {
      await chats.receive((await api.pinMessage({ path, body: { pinned: message.pinned === null } })).data);
    });
  const drop = async () => {
    const confirmed = await confirmAction({
      title: t`Delete this message for everyone?`,
      text: t`It disappears for all members of the conversation.`,
      confirmLabel: t`Delete`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) await attempt(() => api.deleteMessage({ path }));
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          size={44}
          radius="xl"
          className={css.menu}
          aria-label={t`Actions for the message ${text.slice(0, 40)}`}
        >
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={css.emoji}>
          {EMOJI.map((each) => (
            <Menu.Item
              key={each}
              aria-label={t`React with ${each}`}
              data-chosen={each === chosen || undefined}
              onClick={() => void react(each)}
            >
              {each}
            </Menu.Item>
          ))}
        </div>
        <Menu.Item
          leftSection={<IconArrowBackUp size={18} aria-hidden />}
          onClick={() => onTarget({ kind: 'reply', message })}
        >
          <Trans>Reply</Trans>
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCopy size={18} aria-hidden />}
          onClick={() => void attempt(() => navigator.clipboard.writeText(text))}
        >
          <Trans>Copy text</Trans>
        </Menu.Item>
        {mayPin(conversation) && (
          <Menu.Item
            leftSection={message.pinned ? <IconPinnedOff size={18} aria-hidden /> : <IconPin size={18} aria-hidden />}
            onClick={() => void pin()}
          >
            {message.pinned ? <Trans>Unpin</Trans> : <Trans>Pin</Trans>}
          </Menu.Item>
        )}
        {own && (
          <Menu.Item
            leftSection={<IconPencil size={18} aria-hidden />}
            onClick={() => onTarget({ kind: 'edit', message })}
          >
            <Trans>Edit</Trans>
          </Menu.Item>
        )}
        {!own && (
          <Menu.Item leftSection={<IconFlag size={18} aria-hidden />} onClick={report}>
            <Trans>Report to the administrators</Trans>
          </Menu.Item>
        )}
        {(own || (conversation.kind === 'group' && me?.role === 'owner')) && (
          <Menu.Item color="red" leftSection={<IconTrash size={18} aria-hidden />} onClick={() => void drop()}>
            <Trans>Delete for everyone</Trans>
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
