import { ActionIcon, Button, FileButton, Group, List, Stack, Text } from '@mantine/core';
import { IconDeviceMobile, IconPhone } from '@tabler/icons-react';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useValue } from '~/core/store';
import { toast } from '~/core/toasts';
import { Avatar } from '~/design/Avatar';
import { confirmAction } from '~/design/Confirm';
import { ErrorNotice } from '~/design/Notice';
import { Row, Rows } from '~/design/Rows';
import { startCall } from '~/features/call';
import {
  clearDeviceContacts,
  deviceContacts,
  openCardFile,
  pickContacts,
  picker,
  type CardFault,
} from '~/features/device-contacts';
import { useNumberFormat } from '~/features/phone-numbers';
import { ContactSync } from './ContactSync';

/** Faults that are listed. */
const SHOWN_FAULTS = 20;

/** The content of a dialog: contacts of this device, which stay on it. */
export function DeviceContacts() {
  const { t } = useLingui();
  const count = useValue(deviceContacts, (each) => each.contacts.length);
  const [faults, setFaults] = useState<CardFault[]>([]);
  const [fault, setFault] = useState<unknown>();
  const report = (added: number) =>
    toast({ message: t`${plural(added, { one: '# contact', other: '# contacts' })} of this device added.` });
  const pick = async () => {
    try {
      const added = await pickContacts();
      if (added !== undefined) report(added);
    } catch (error) {
      setFault(error);
    }
  };
  const open = async (file: File | null) => {
    const result = file && (await openCardFile(file));
    if (!file) return;
    setFaults(result?.faults ?? []);
    if (result) report(result.added);
    else toast({ message: t`The file is larger than 10 MB.` });
  };
  const clear = async () => {
    const confirmed = await confirmAction({
      title: t`Remove the contacts of this device?`,
      text: t`Only this app forgets them. The address book of the device stays as it is.`,
      confirmLabel: t`Remove`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) await clearDeviceContacts();
  };
  return (
    <Stack>
      <Text size="sm">
        <Trans>
          Choose contacts of this device to call them, and to see their names when they call. They stay on this device,
          unless you turn on their sync. Signing out deletes them here.
        </Trans>
      </Text>
      <ErrorNotice fault={fault} />
      <Text role="status">
        <Plural value={count} one="# contact of this device" other="# contacts of this device" />
      </Text>
      <Group>
        {picker() && (
          <Button size="md" leftSection={<IconDeviceMobile aria-hidden />} onClick={() => void pick()}>
            <Trans>Choose contacts</Trans>
          </Button>
        )}
        <FileButton accept=".vcf,text/vcard,text/x-vcard" onChange={(file) => void open(file)}>
          {(props) => (
            <Button {...props} size="md" variant="light">
              <Trans>Open a vCard file</Trans>
            </Button>
          )}
        </FileButton>
      </Group>
      {faults.length > 0 && <Faults faults={faults} />}
      <ContactSync />
      {count > 0 && (
        <Button size="md" variant="subtle" color="red" onClick={() => void clear()}>
          <Trans>Remove the contacts of this device</Trans>
        </Button>
      )}
    </Stack>
  );
}

function Faults({ faults }: { faults: CardFault[] }) {
  const { t } = useLingui();
  const reasons: Record<CardFault['reason'], string> = {
    version: t`the version is unknown`,
    unfinished: t`the card has no end`,
    no_name: t`it has no name`,
    no_number: t`it has no telephone number`,
  };
  return (
    <div role="alert">
      <Text size="sm">
        <Plural value={faults.length} one="# card was left out:" other="# cards were left out:" />
      </Text>
      <List size="sm">
        {faults.slice(0, SHOWN_FAULTS).map(({ line, reason }) => (
          <List.Item key={line}>{t`Line ${line}: ${reasons[reason]}`}</List.Item>
        ))}
      </List>
    </div>
  );
}

/** Contacts of this device that match a search. */
export function DeviceContactRows({ search }: { search: string }) {
  const { t } = useLingui();
  const found = useValue(deviceContacts, (each) => each.book).search(search);
  const formatted = useNumberFormat();
  if (found.length === 0) return null;
  return (
    <Rows label={t`Contacts of this device`}>
      {found.map(({ name, number }) => (
        <Row
          key={`${name} ${number}`}
          icon={<Avatar name={name} />}
          trailing={
            <ActionIcon
              variant="subtle"
              size={44}
              radius="xl"
              aria-label={t`Call ${name}`}
              onClick={() => void startCall(number, { name })}
            >
              <IconPhone size={20} stroke={1.75} aria-hidden />
            </ActionIcon>
          }
        >
          <Text fw={500}>{name}</Text>
          <Text size="sm" c="dimmed" className="tabular">
            {formatted(number)}
          </Text>
        </Row>
      ))}
    </Rows>
  );
}
