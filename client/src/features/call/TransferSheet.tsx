import { Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useValue } from '~/core/store';
import { colleagues, ContactPicker } from '~/features/directory';
import { phone, type Call } from '~/sip';
import { callView, showCall } from './model';

/** Transfer target, blind or attended. */
export default function TransferSheet({ call }: { call: Call }) {
  const { t } = useLingui();
  const opened = useValue(callView, (each) => each.transfer);
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="bottom"
      size={520}
      title={t`Transfer call`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={400}
    >
      {opened && <Chooser call={call} />}
    </Drawer>
  );
}

function close(): void {
  showCall({ transfer: false });
}

function Chooser({ call }: { call: Call }) {
  const { t } = useLingui();
  const [query, setQuery] = useState('');
  const number = query.trim();
  const dialable = /^[+*#0-9]+$/.test(number);
  const transferNow = () => {
    close();
    call.transfer(number);
  };
  const talkFirst = () => {
    close();
    void phone.call(number, { name: colleagues.nameOf(number) });
  };
  return (
    <Stack gap="sm" maw={480} mx="auto" pb="md">
      <ContactPicker label={t`Transfer to`} query={query} onChange={setQuery} />
      <Group grow>
        <Button size="md" disabled={!dialable} onClick={transferNow}>
          <Trans>Transfer now</Trans>
        </Button>
        <Button size="md" variant="light" disabled={!dialable} onClick={talkFirst}>
          <Trans>Ask first</Trans>
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>Ask first puts this call on hold. “Connect both” then completes the transfer.</Trans>
      </Text>
    </Stack>
  );
}
