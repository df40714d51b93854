import { Button, Drawer, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useValue } from '~/core/store';
import { ContactPicker, type Contact } from '~/features/directory';
import { phone, type Call } from '~/sip';
import { callView, showCall } from './model';
import { recentNumbers } from './recent-numbers';

/** Transfer target, blind or attended. */
export default function TransferSheet({ call }: { call: Call }) {
  const { t } = useLingui();
  const opened = useValue(callView, (each) => each.transfer);
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="bottom"
      size="80%"
      title={t`Transfer call`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={400}
    >
      {opened && <Chooser call={call} />}
    </Drawer>
  );
}

function close(): void {
  showCall({ transfer: false, transferTo: '' });
}

function Chooser({ call }: { call: Call }) {
  const { t } = useLingui();
  const [query, setQuery] = useState(callView.state.transferTo);
  const [recent] = useState(recentNumbers);
  const targets = (contact: Contact) => <Targets call={call} contact={contact} />;
  return (
    <Stack gap="sm" maw={480} mx="auto" pb="md">
      <Text size="sm" c="dimmed">
        <Trans>Ask first puts this call on hold. “Connect both” then completes the transfer.</Trans>
      </Text>
      <ContactPicker label={t`Transfer to`} query={query} onChange={setQuery} recent={recent} actions={targets} />
    </Stack>
  );
}

function Targets({ call, contact: { name, number } }: { call: Call; contact: Contact }) {
  const { t } = useLingui();
  const transferNow = () => {
    close();
    call.transfer(number);
  };
  const consult = () => {
    close();
    void phone.call(number, { name });
  };
  const shown = name || number;
  return (
    <>
      <Button aria-label={t`Transfer to ${shown}`} onClick={transferNow}>
        <Trans>Transfer</Trans>
      </Button>
      <Button variant="light" aria-label={t`Ask first: ${shown}`} onClick={consult}>
        <Trans>Ask first</Trans>
      </Button>
    </>
  );
}
