import { Group } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { Page } from '~/design/Page';
import { Panes } from '~/design/Panes';
import { StatusChip } from '~/features/status';
import { SearchField, SearchResults } from './ChatSearch';
import { registerDevice } from './encryption/messages';
import { ConversationList } from './ConversationList';
import { NewConversation } from './NewConversation';

/** The tab of chat: conversations, and the one that is open. */
export default function Chat() {
  const { conversation } = useParams({ strict: false });
  return <Panes list={<ChatTab />} detail={conversation !== undefined} />;
}

function ChatTab() {
  const { t } = useLingui();
  const [text, setText] = useState('');
  useEffect(() => void registerDevice(), []);
  return (
    <Page
      title={t`Chat`}
      actions={
        <Group gap="xs" wrap="nowrap">
          <StatusChip />
          <NewConversation />
        </Group>
      }
    >
      <SearchField text={text} onText={setText} />
      {text.trim() ? <SearchResults text={text} /> : <ConversationList />}
    </Page>
  );
}
