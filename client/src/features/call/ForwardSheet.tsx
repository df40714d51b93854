import { Button, Drawer, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { toast } from '~/core/toasts';
import { ContactPicker, type Contact } from '~/features/directory';
import type { Call } from '~/sip';
import { isForwardable } from './forward';
import { recentNumbers } from './recent-numbers';
import { useRemoteParty } from './useRemoteParty';

interface ForwardSheetProps {
  call: Call;
  opened: boolean;
  close: () => void;
}

/** Sends a ringing call on to a colleague or a number; it rings here meanwhile. */
export default function ForwardSheet({ call, opened, close }: ForwardSheetProps) {
  const { t } = useLingui();
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="bottom"
      size="80%"
      title={t`Forward call`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={600}
    >
      {opened && <Chooser call={call} />}
    </Drawer>
  );
}

function Chooser({ call }: { call: Call }) {
  const { t } = useLingui();
  const [query, setQuery] = useState('');
  const [recent] = useState(recentNumbers);
  const { title } = useRemoteParty(call);
  const target = (contact: Contact) => <Target call={call} contact={contact} />;
  return (
    <Stack gap="sm" maw={480} mx="auto" pb="md">
      <Text size="sm" c="dimmed">
        <Trans>{title} keeps hearing the ringing tone until the call is answered there.</Trans>
      </Text>
      <ContactPicker label={t`Forward to`} query={query} onChange={setQuery} recent={recent} actions={target} />
    </Stack>
  );
}

function Target({ call, contact: { name, number } }: { call: Call; contact: Contact }) {
  const { t } = useLingui();
  if (!isForwardable(number, call)) return null;
  const shown = name || number;
  const forward = () => {
    call.forward(number);
    toast({ message: t`Call forwarded to ${shown}` });
  };
  return (
    <Button aria-label={t`Forward to ${shown}`} onClick={forward}>
      <Trans>Forward</Trans>
    </Button>
  );
}
