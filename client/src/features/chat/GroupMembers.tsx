import { ActionIcon, Badge, Button, Menu, Stack, Text } from '@mantine/core';
import { IconDots, IconUserMinus, IconUserPlus, IconUserShield } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Conversation, type ConversationMember } from '~/api';
import { Avatar } from '~/design/Avatar';
import { confirmAction } from '~/design/Confirm';
import { PersonPicker } from '~/design/PersonPicker';
import { Row, Rows } from '~/design/Rows';
import { Section } from '~/design/Section';
import { usePeople } from '~/features/directory';
import { ColleagueDot } from '~/features/presence';
import { chats } from './chats';
import { useAttempt } from './useAttempt';

/** The members of a group with their roles; its owners change them. */
export function GroupMembers({ conversation }: { conversation: Conversation }) {
  const { t } = useLingui();
  const owner = conversation.members.some((each) => each.own && each.role === 'owner');
  const count = conversation.member_count;
  return (
    <Section title={t`Members (${count})`}>
      {owner && <AddMember conversation={conversation} />}
      <Rows label={t`Members`}>
        {conversation.members.map((each) => (
          <MemberRow key={each.person_id} conversation={conversation.id} member={each} owner={owner} />
        ))}
      </Rows>
    </Section>
  );
}

function AddMember({ conversation }: { conversation: Conversation }) {
  const { t } = useLingui();
  const attempt = useAttempt();
  const [chosen, setChosen] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const present = new Set(conversation.members.map((each) => each.extension_id));
  const people = usePeople().filter((each) => !present.has(each.id));
  const add = async () => {
    if (!chosen) return;
    setAdding(true);
    const path = { conversation_id: conversation.id };
    const added = await attempt(async () =>
      chats.show((await api.addConversationMembers({ path, body: { members: [chosen] } })).data),
    );
    if (added) setChosen(null);
    setAdding(false);
  };
  return (
    <Stack gap="xs">
      <PersonPicker
        size="md"
        label={t`Add a person`}
        description={t`New members see what is sent from now on.`}
        people={people.map(({ id, name, number }) => ({ id, name, detail: number }))}
        presence={(id) => <ColleagueDot extension={id} />}
        value={chosen}
        onChange={setChosen}
      />
      {chosen && (
        <Button
          size="md"
          leftSection={<IconUserPlus size={18} aria-hidden />}
          loading={adding}
          onClick={() => void add()}
        >
          <Trans>Add to the group</Trans>
        </Button>
      )}
    </Stack>
  );
}

interface MemberRowProps {
  conversation: string;
  member: ConversationMember;
  /** The user is an owner. */
  owner: boolean;
}

function MemberRow({ conversation, member, owner }: MemberRowProps) {
  const { t } = useLingui();
  const { own, extension_id: extension } = member;
  const name = member.name || member.number || t`Without extension`;
  return (
    <Row
      icon={
        <Avatar
          name={name}
          of={member.person_id}
          presence={!own && extension ? <ColleagueDot extension={extension} /> : undefined}
        />
      }
      trailing={
        <>
          {member.role === 'owner' && (
            <Badge variant="light">
              <Trans>Owner</Trans>
            </Badge>
          )}
          {owner && !own && <MemberMenu conversation={conversation} member={member} name={name} />}
        </>
      }
    >
      <Text style={{ overflowWrap: 'anywhere' }}>{own ? t`${name} (you)` : name}</Text>
      <Text size="sm" c="dimmed">
        {member.number}
      </Text>
    </Row>
  );
}

function MemberMenu({ conversation, member, name }: Omit<MemberRowProps, 'owner'> & { name: string }) {
  const { t } = useLingui();
  const attempt = useAttempt();
  const path = { conversation_id: conversation, person_id: member.person_id };
  const isOwner = member.role === 'owner';
  const setRole = () =>
    attempt(async () => {
      const body = { role: isOwner ? 'member' : 'owner' } as const;
      chats.show((await api.updateConversationMember({ path, body })).data);
    });
  const remove = async () => {
    const confirmed = await confirmAction({
      title: t`Remove ${name} from the group?`,
      text: t`They no longer see its messages. Their own messages stay.`,
      confirmLabel: t`Remove`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    await attempt(() => api.removeConversationMember({ path }));
    await chats.conversationChanged(conversation);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" size={44} radius="xl" aria-label={t`Actions for ${name}`}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconUserShield size={18} aria-hidden />} onClick={() => void setRole()}>
          {isOwner ? <Trans>Make a member</Trans> : <Trans>Make an owner</Trans>}
        </Menu.Item>
        <Menu.Item color="red" leftSection={<IconUserMinus size={18} aria-hidden />} onClick={() => void remove()}>
          <Trans>Remove from the group</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
