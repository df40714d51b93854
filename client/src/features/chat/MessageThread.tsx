import { Button, Text } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Fragment, useEffect, useMemo } from 'react';
import type { ChatMessage, Conversation } from '~/api';
import { useValue } from '~/core/store';
import { formatDate } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonRows } from '~/design/SkeletonRows';
import { chats, outbox } from './chats';
import type { Target } from './targets';
import { ArrivalAnnouncement } from './ArrivalAnnouncement';
import { MessageItem } from './MessageItem';
import { EMPTY_THREAD, type Thread } from './model';
import { OutgoingItem } from './OutgoingItem';
import { useThreadEnd } from './useThreadEnd';
import css from './chat.module.css';

interface MessageThreadProps {
  conversation: Conversation;
  /** Undefined until it is being loaded. */
  thread: Thread | undefined;
  onTarget: (target: Target) => void;
}

/** The messages of a conversation, oldest first, and those that still wait to be sent. */
export function MessageThread({ conversation, thread: shown = EMPTY_THREAD, onTarget }: MessageThreadProps) {
  const { t } = useLingui();
  const { messages, loading, fault } = shown;
  const all = useValue(outbox.waiting);
  const waiting = useMemo(() => {
    const arrived = new Set(messages.map((each) => each.client_id));
    return all.filter((each) => each.conversation_id === conversation.id && !arrived.has(each.client_id));
  }, [all, messages, conversation.id]);
  const newest = messages.at(-1)?.id;
  const { thread, end, behind, toEnd } = useThreadEnd(newest, waiting.length);
  useReading(conversation.id, newest);
  return (
    // Its items are replaced and preceded by others, so it is not read by itself: the announcement says what arrives.
    <div role="log" aria-live="off" aria-label={t`Messages`} className={css.thread} ref={thread}>
      <ol className={css.messages}>
        {messages.map((each, at) => (
          <Fragment key={each.id}>
            {dayOf(each) !== dayOf(messages[at - 1]) && (
              <li className={css.day}>
                <time dateTime={each.created}>{formatDate(each.created)}</time>
              </li>
            )}
            <MessageItem
              message={each}
              conversation={conversation}
              answered={messages.find((one) => one.id === each.reply_to)}
              onTarget={onTarget}
            />
          </Fragment>
        ))}
        {waiting.map((each) => (
          <OutgoingItem key={each.client_id} message={each} conversation={conversation} />
        ))}
      </ol>
      {fault && !(fault.offline && messages.length > 0) && (
        <ErrorBar fault={fault} retry={() => chats.openThread(conversation.id)} />
      )}
      {messages.length === 0 && loading && <SkeletonRows rows={3} />}
      {messages.length + waiting.length === 0 && !loading && !fault && (
        <Text c="dimmed" ta="center" py="xl">
          <Trans>No messages yet.</Trans>
        </Text>
      )}
      {behind && (
        <Button
          className={css.toEnd}
          size="md"
          radius="xl"
          leftSection={<IconArrowDown size={18} aria-hidden />}
          onClick={toEnd}
        >
          <Trans>New messages</Trans>
        </Button>
      )}
      <ArrivalAnnouncement key={conversation.id} conversation={conversation} thread={shown} />
      <div ref={end} className={css.end} />
    </div>
  );
}

const dayOf = (message: ChatMessage | undefined) => message && new Date(message.created).toDateString();

/** Mark what is on screen as read, while the page is looked at. */
function useReading(conversation: string, newest: string | undefined): void {
  useEffect(() => {
    const read = () => {
      if (document.visibilityState === 'visible') void chats.markRead(conversation);
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [conversation, newest]);
}
