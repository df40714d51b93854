import { ActionIcon, Button, Center, Text, Title } from '@mantine/core';
import {
  IconArrowLeft,
  IconBellOff,
  IconClockHour4,
  IconInfoCircle,
  IconLock,
  IconPhone,
  IconVideo,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link, useLocation, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Conversation } from '~/api';
import { pageTitle } from '~/core/brand';
import { Problem } from '~/core/problem';
import { useValue } from '~/core/store';
import { ErrorBar } from '~/design/ErrorBar';
import { Page } from '~/design/Page';
import { useTwoPanes } from '~/design/Panes';
import { periodText } from '~/design/periods';
import { startCall } from '~/features/call';
import { chats } from './chats';
import { tend } from './encryption/messages';
import { ChangedDevices } from './encryption/ChangedDevices';
import { WaitingDevice } from './encryption/WaitingDevice';
import { Composer } from './Composer';
import { ConversationDetails } from './ConversationDetails';
import { messageAnchor, messageOfAnchor } from './MessageItem';
import { MessageThread } from './MessageThread';
import { PinnedMessages } from './PinnedMessages';
import { setTarget } from './targets';
import { TypingLine } from './TypingLine';
import { useChatTitle } from './useChatTitle';
import css from './chat.module.css';

/** A conversation with its messages. */
export default function ConversationPage() {
  const { t } = useLingui();
  const { conversation: id = '' } = useParams({ strict: false });
  const beside = useTwoPanes();
  const found = useValue(chats.state, ({ conversations }) => conversations.find((each) => each.id === id));
  const fault = useValue(chats.state, ({ threads }) => threads[id]?.fault);
  const [answered, setAnswered] = useState('');
  const open = () => chats.openConversation(id).then(() => setAnswered(id));
  useEffect(() => void chats.open().then(open), [id]);
  // Without a fault the user is not, or no longer, one of its members.
  const missing = fault ?? (answered === id ? new Problem('not-found', 404, '') : undefined);
  if (found) return <OpenConversation key={id} conversation={found} />;
  return (
    <Page title={t`Conversation`} level={beside ? 2 : 1} back={beside ? undefined : '/chat'}>
      {missing ? (
        <ErrorBar fault={missing} retry={open} />
      ) : (
        <Text c="dimmed" role="status">
          <Trans>Loading…</Trans>
        </Text>
      )}
    </Page>
  );
}

function OpenConversation({ conversation }: { conversation: Conversation }) {
  const { t } = useLingui();
  const beside = useTwoPanes();
  const title = useChatTitle()(conversation);
  const thread = useValue(chats.state, ({ threads }) => threads[conversation.id]);
  const [details, setDetails] = useState(false);
  const other = conversation.kind === 'direct' ? conversation.members.find((each) => !each.own) : undefined;
  const hash = useLocation({ select: (each) => each.hash });
  useEffect(() => {
    const message = messageOfAnchor(hash);
    if (message) void showMessage(conversation.id, message);
  }, [conversation.id, hash]);
  useEffect(() => {
    if (conversation.encrypted) void tend(conversation.id);
  }, [conversation.encrypted, conversation.id]);
  useEffect(() => {
    document.title = pageTitle(title);
  }, [title]);
  return (
    <div className={css.conversation}>
      <header className={css.head}>
        {!beside && (
          <ActionIcon
            renderRoot={(props) => <Link to="/chat" {...props} />}
            variant="subtle"
            size={44}
            aria-label={t`Back`}
          >
            <IconArrowLeft aria-hidden />
          </ActionIcon>
        )}
        <div className={css.title}>
          <Title order={beside ? 2 : 1} size="h3" tabIndex={-1}>
            {title}
            {conversation.muted && <IconBellOff size={16} role="img" aria-label={t`Muted`} className={css.titleMark} />}
          </Title>
          {conversation.encrypted && (
            <Text size="sm" c="dimmed" className={css.period}>
              <IconLock size={14} aria-hidden /> <Trans>End-to-end encrypted</Trans>
            </Text>
          )}
          {conversation.period && (
            <Text size="sm" c="dimmed" className={css.period}>
              <IconClockHour4 size={14} aria-hidden />{' '}
              <Trans>Disappearing messages: {periodText(conversation.period)}</Trans>
            </Text>
          )}
        </div>
        <div className={css.actions}>
          {other?.number && <CallButtons number={other.number} name={other.name} title={title} />}
          <ActionIcon
            variant="subtle"
            size={44}
            radius="xl"
            aria-label={t`Details of ${title}`}
            onClick={() => setDetails(true)}
          >
            <IconInfoCircle size={20} aria-hidden />
          </ActionIcon>
        </div>
      </header>
      <ConversationDetails
        conversation={conversation}
        title={title}
        opened={details}
        onClose={() => setDetails(false)}
      />
      <PinnedMessages
        conversation={conversation}
        messages={[...(thread?.outside ?? []), ...(thread?.messages ?? [])]}
        onShow={(message) => void showMessage(conversation.id, message.id)}
      />
      <div className={css.body}>
        {thread?.cursor && (
          <Center mb="md">
            <Button
              variant="default"
              size="md"
              loading={thread.loading}
              onClick={() => void chats.loadEarlier(conversation.id)}
            >
              <Trans>Earlier messages</Trans>
            </Button>
          </Center>
        )}
        <MessageThread
          conversation={conversation}
          thread={thread}
          onTarget={(target) => setTarget(conversation.id, target)}
        />
      </div>
      {conversation.encrypted && (
        <>
          <ChangedDevices conversation={conversation} />
          <WaitingDevice conversation={conversation} />
        </>
      )}
      <TypingLine conversation={conversation} />
      <Composer conversation={conversation} title={title} />
    </div>
  );
}

/** Load the thread as far back as a message, and show it. */
async function showMessage(conversation: string, message: string): Promise<void> {
  if (!(await chats.loadUntil(conversation, message))) return;
  // Once it is drawn.
  setTimeout(() => {
    const item = document.getElementById(messageAnchor(message));
    item?.scrollIntoView({ block: 'center' });
    item?.focus({ preventScroll: true });
  });
}

function CallButtons({ number, name, title }: { number: string; name: string; title: string }) {
  const { t } = useLingui();
  const call = (video: boolean) => void startCall(number, { video, name: name || undefined });
  return (
    <>
      <ActionIcon variant="subtle" size={44} radius="xl" aria-label={t`Call ${title}`} onClick={() => call(false)}>
        <IconPhone size={20} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        size={44}
        radius="xl"
        aria-label={t`Video call with ${title}`}
        onClick={() => call(true)}
      >
        <IconVideo size={20} aria-hidden />
      </ActionIcon>
    </>
  );
}
