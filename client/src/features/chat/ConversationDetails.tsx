import { Button, NativeSelect, Stack, Switch, TextInput } from '@mantine/core';
import { IconDoorExit } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Conversation, type ConversationChange } from '~/api';
import { confirmAction } from '~/design/Confirm';
import { Drawer } from '~/design/Drawer';
import { periodText } from '~/design/periods';
import { Section } from '~/design/Section';
import { ReportAbuseButton } from '~/features/support';
import { chats } from './chats';
import { EncryptedDevices } from './encryption/EncryptedDevices';
import { GroupMembers } from './GroupMembers';
import { useAttempt } from './useAttempt';

const PERIODS = ['P1D', 'P7D', 'P30D', 'P90D'];

interface ConversationDetailsProps {
  conversation: Conversation;
  title: string;
  opened: boolean;
  onClose: () => void;
}

/** Settings of a conversation; of a group also its name and members. */
export function ConversationDetails({ conversation, title, opened, onClose }: ConversationDetailsProps) {
  return (
    <Drawer opened={opened} onClose={onClose} title={title}>
      <Details conversation={conversation} title={title} />
    </Drawer>
  );
}

function Details({ conversation, title }: { conversation: Conversation; title: string }) {
  const { t } = useLingui();
  const attempt = useAttempt();
  const change = (body: ConversationChange) =>
    attempt(async () => {
      const path = { conversation_id: conversation.id };
      chats.show((await api.updateConversation({ path, body })).data);
    });
  const me = conversation.members.find((each) => each.own);
  const group = conversation.kind === 'group';
  const mayChange = !group || me?.role === 'owner';
  const { period } = conversation;
  const periods = period && !PERIODS.includes(period) ? [...PERIODS, period] : PERIODS;
  return (
    <>
      {group && mayChange && (
        <GroupName key={conversation.name} name={conversation.name} onSave={(name) => change({ name })} />
      )}
      {group && <GroupMembers conversation={conversation} />}
      {conversation.encrypted && <EncryptedDevices conversation={conversation} />}
      <Section title={t`For everyone`}>
        <NativeSelect
          size="md"
          label={t`Disappearing messages`}
          description={
            mayChange
              ? t`Applies to messages sent from now on. All members see it.`
              : t`Owners of the group choose this. It applies to messages sent from then on.`
          }
          disabled={!mayChange}
          value={period ?? ''}
          data={[
            { value: '', label: t`Off: messages stay as long as the organisation stores them` },
            ...periods.map((value) => ({ value, label: periodText(value) })),
          ]}
          onChange={(event) => void change({ period: event.currentTarget.value })}
        />
      </Section>
      <Section title={t`For you`}>
        <Switch
          size="md"
          label={t`Mute notifications`}
          description={t`Mentions of you still notify you.`}
          checked={conversation.muted}
          onChange={(event) => void change({ muted: event.currentTarget.checked })}
        />
        <Switch
          size="md"
          label={t`Read receipts`}
          description={t`Others see what you have received and read, and when you are typing. Without it you do not see theirs.`}
          checked={conversation.shares_marks}
          onChange={(event) => void change({ shares_marks: event.currentTarget.checked })}
        />
      </Section>
      <ReportAbuseButton
        reported={{
          topic: t`Conversation ${title}`,
          excerpt: conversation.members.map(({ name, number }) => `${name} ${number}`.trim()).join('\n'),
        }}
      />
      {group && me && <LeaveGroup conversation={conversation.id} person={me.person_id} title={title} />}
    </>
  );
}

function GroupName({ name, onSave }: { name: string; onSave: (name: string) => Promise<boolean> }) {
  const { t } = useLingui();
  const [text, setText] = useState(name);
  const [saving, setSaving] = useState(false);
  const save = async () => {
    setSaving(true);
    await onSave(text.trim());
    setSaving(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Stack mb="md" gap="xs">
        <TextInput
          size="md"
          dir="auto"
          required
          label={t`Name of the group`}
          maxLength={100}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {text.trim() !== name && (
          <Button type="submit" size="md" loading={saving} disabled={text.trim() === ''}>
            <Trans>Save name</Trans>
          </Button>
        )}
      </Stack>
    </form>
  );
}

function LeaveGroup({ conversation, person, title }: { conversation: string; person: string; title: string }) {
  const { t } = useLingui();
  const attempt = useAttempt();
  const navigate = useNavigate();
  const leave = async () => {
    const confirmed = await confirmAction({
      title: t`Leave ${title}?`,
      text: t`You no longer see its messages. Your own messages stay for the others.`,
      confirmLabel: t`Leave group`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    const path = { conversation_id: conversation, person_id: person };
    if (!(await attempt(() => api.removeConversationMember({ path })))) return;
    chats.remove(conversation);
    await navigate({ to: '/chat' });
  };
  return (
    <Button
      size="md"
      variant="light"
      color="red"
      leftSection={<IconDoorExit size={18} aria-hidden />}
      onClick={() => void leave()}
    >
      <Trans>Leave group</Trans>
    </Button>
  );
}
