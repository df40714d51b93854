import { ActionIcon, Button, Modal, Stack, Switch, TextInput } from '@mantine/core';
import { IconPencilPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useFormLayer } from '~/design/unsaved-input';
import { ColleagueSelect } from '~/features/directory';
import { EncryptionTerms } from './EncryptionTerms';
import { useOpenChat } from './useOpenChat';

/** A button that asks for people and opens a conversation with them. */
export function NewConversation() {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const { close, watch } = useFormLayer(opened, () => setOpened(false));
  return (
    <>
      <ActionIcon
        variant="light"
        size={44}
        radius="xl"
        aria-label={t`New conversation`}
        onClick={() => setOpened(true)}
      >
        <IconPencilPlus aria-hidden />
      </ActionIcon>
      <Modal opened={opened} onClose={close} title={t`New conversation`} closeButtonProps={{ 'aria-label': t`Close` }}>
        <div ref={watch}>{opened && <NewConversationForm onOpened={() => setOpened(false)} />}</div>
      </Modal>
    </>
  );
}

function NewConversationForm({ onOpened }: { onOpened: () => void }) {
  const { t } = useLingui();
  const openChat = useOpenChat();
  const [numbers, setNumbers] = useState<string[]>([]);
  const [name, setName] = useState('');
  const [encrypted, setEncrypted] = useState(false);
  const [opening, setOpening] = useState(false);
  const group = numbers.length > 1;
  const open = async () => {
    setOpening(true);
    if (await openChat(numbers, group ? name.trim() : undefined, encrypted)) onOpened();
    else setOpening(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void open();
      }}
    >
      <Stack>
        <ColleagueSelect label={t`People`} value={numbers} onChange={setNumbers} />
        {group && (
          <TextInput
            size="md"
            dir="auto"
            required
            label={t`Name of the group`}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <Switch
          size="md"
          label={t`Encrypt end to end`}
          description={encrypted ? <EncryptionTerms /> : t`Only devices of the members can read the messages.`}
          checked={encrypted}
          onChange={(event) => setEncrypted(event.currentTarget.checked)}
        />
        <Button
          type="submit"
          size="md"
          loading={opening}
          disabled={numbers.length === 0 || (group && name.trim() === '')}
        >
          {group ? <Trans>Create group</Trans> : <Trans>Write</Trans>}
        </Button>
      </Stack>
    </form>
  );
}
