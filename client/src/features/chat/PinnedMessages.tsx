import { ActionIcon, Text, UnstyledButton } from '@mantine/core';
import { IconPin, IconPinnedOff } from '@tabler/icons-react';
import { Plural, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { api, type ChatMessage, type Conversation } from '~/api';
import { Avatar } from '~/design/Avatar';
import { formatDateTime } from '~/design/dates';
import { Drawer } from '~/design/Drawer';
import { LinkRow } from '~/design/LinkRow';
import { Rows } from '~/design/Rows';
import { chats } from './chats';
import { withNames } from './mentions';
import { mayPin, pinnedOf } from './pins';
import { useAttempt } from './useAttempt';
import { useMentionName } from './useMentionName';
import css from './chat.module.css';

interface PinnedMessagesProps {
  conversation: Conversation;
  messages: ChatMessage[];
  /** Show a message in the thread. */
  onShow: (message: ChatMessage) => void;
}

/** A bar with the latest pinned message, which opens a list of them. */
export function PinnedMessages({ conversation, messages, onShow }: PinnedMessagesProps) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const nameOf = useMentionName(conversation);
  const pinned = usePinned(conversation.id, messages);
  const [latest] = pinned;
  const close = () => setOpened(false);
  if (!latest) return null;
  return (
    <>
      <UnstyledButton className={css.pinned} onClick={() => setOpened(true)}>
        <IconPin size={16} aria-hidden />
        <Text size="sm" lineClamp={2}>
          <Plural value={pinned.length} one="# pinned message" other="# pinned messages" />
          {': '}
          {withNames(latest.text ?? '', nameOf).slice(0, 160)}
        </Text>
      </UnstyledButton>
      <Drawer opened={opened} onClose={close} title={t`Pinned messages`}>
        <Rows label={t`Pinned messages`}>
          {pinned.map((each) => (
            <PinnedRow
              key={each.id}
              message={each}
              conversation={conversation}
              onShow={() => {
                close();
                onShow(each);
              }}
            />
          ))}
        </Rows>
      </Drawer>
    </>
  );
}

interface PinnedRowProps {
  message: ChatMessage;
  conversation: Conversation;
  onShow: () => void;
}

function PinnedRow({ message, conversation, onShow }: PinnedRowProps) {
  const { t } = useLingui();
  const attempt = useAttempt();
  const nameOf = useMentionName(conversation);
  const author = nameOf(message.person_id ?? '');
  const text = withNames(message.text ?? '', nameOf);
  const unpin = () =>
    attempt(async () => {
      const path = { conversation_id: conversation.id, message_id: message.id };
      await chats.receive((await api.pinMessage({ path, body: { pinned: false } })).data);
    });
  return (
    <LinkRow
      open={(props) => <UnstyledButton onClick={onShow} {...props} />}
      avatar={<Avatar name={author} of={message.person_id ?? undefined} />}
      name={text}
      second={`${author} · ${formatDateTime(message.created)}`}
      end={
        mayPin(conversation) && (
          <ActionIcon
            variant="subtle"
            size={44}
            radius="xl"
            aria-label={t`Unpin ${text.slice(0, 40)}`}
            onClick={() => void unpin()}
          >
            <IconPinnedOff size={18} aria-hidden />
          </ActionIcon>
        )
      }
    />
  );
}

/** The pinned messages, the latest one first: those of the server, as they are now in the thread. */
function usePinned(conversation: string, messages: ChatMessage[]): ChatMessage[] {
  const [listed, setListed] = useState<ChatMessage[]>([]);
  useEffect(() => {
    let current = true;
    const path = { conversation_id: conversation };
    void api.listPinnedMessages({ path }).then(
      ({ data }) => current && setListed(data.items),
      () => undefined, // offline: those of the thread are shown
    );
    return () => {
      current = false;
    };
  }, [conversation]);
  return pinnedOf(listed, messages);
}
