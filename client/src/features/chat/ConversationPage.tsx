import { ActionIcon, Button, Center, Text, Title } from '@mantine/core';
import { IconArrowLeft, IconPhone } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { ChatMessage, Conversation } from '~/api';
import { useValue } from '~/core/store';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { useTwoPanes } from '~/design/Panes';
import { startCall } from '~/features/call';
import { chats } from './chats';
import { Composer } from './Composer';
import { MessageThread } from './MessageThread';
import { useChatTitle } from './useChatTitle';
import css from './chat.module.css';

/** A conversation with its messages. */
export default function ConversationPage() {
  const { t } = useLingui();
  const { conversation: id = '' } = useParams({ strict: false });
  const beside = useTwoPanes();
  const found = useValue(chats.state, ({ conversations }) => conversations.find((each) => each.id === id));
  const fault = useValue(chats.state, ({ threads }) => threads[id]?.fault);
  useEffect(() => void chats.open().then(() => chats.openConversation(id)), [id]);
  if (found) return <OpenConversation key={id} conversation={found} />;
  return (
    <Page title={t`Conversation`} level={beside ? 2 : 1} back={beside ? undefined : '/chat'}>
      {fault ? (
        <ErrorNotice fault={fault} />
      ) : (
        <Text c="dimmed" role="status">
          <Trans>Loading…</Trans>
        </Text>
      )}
    </Page>
  );
}

/** A message that is being changed or answered. */
export interface Target {
  kind: 'edit' | 'reply';
  message: ChatMessage;
}

function OpenConversation({ conversation }: { conversation: Conversation }) {
  const { t } = useLingui();
  const beside = useTwoPanes();
  const title = useChatTitle()(conversation);
  const thread = useValue(chats.state, ({ threads }) => threads[conversation.id]);
  const [target, setTarget] = useState<Target>();
  const other = conversation.kind === 'direct' ? conversation.members.find((each) => !each.own) : undefined;
  useEffect(() => {
    document.title = `${title} · UnifiCX`;
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
        <Title order={beside ? 2 : 1} size="h3" tabIndex={-1} className={css.title}>
          {title}
        </Title>
        {other?.number && (
          <ActionIcon
            variant="subtle"
            size={44}
            radius="xl"
            aria-label={t`Call ${title}`}
            onClick={() => void startCall(other.number, { name: other.name || undefined })}
          >
            <IconPhone size={20} aria-hidden />
          </ActionIcon>
        )}
      </header>
      <div className={css.body}>
        {conversation.period && (
          <Text size="sm" c="dimmed" ta="center">
            <Trans>Messages disappear after the period {conversation.period}.</Trans>
          </Text>
        )}
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
        <MessageThread conversation={conversation} messages={thread?.messages ?? []} onTarget={setTarget} />
      </div>
      <Composer conversation={conversation} title={title} target={target} onDone={() => setTarget(undefined)} />
    </div>
  );
}
