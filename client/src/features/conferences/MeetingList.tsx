import { Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconCalendarPlus, IconShare, IconUsersGroup } from '@tabler/icons-react';
import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { ErrorNotice } from '~/design/Notice';
import { Row, Rows } from '~/design/Rows';
import { closeDialogs, openDialog } from '~/design/dialogs';
import { planned } from './planned';
import { useShareLink, useStartMeeting, type useMeetings } from './useMeetings';

/** The meetings of the user, and a button that starts another one. */
export function MeetingList({ meetings }: { meetings: ReturnType<typeof useMeetings> }) {
  const { t } = useLingui();
  const share = useShareLink();
  const start = useStartMeeting();
  const open = () =>
    openDialog({ title: t`Start a meeting`, children: <NewMeeting start={start} close={closeDialogs} /> });
  return (
    <>
      <Button fullWidth size="md" my="sm" leftSection={<IconCalendarPlus size={20} aria-hidden />} onClick={open}>
        <Trans>Start a meeting</Trans>
      </Button>
      <ErrorNotice fault={meetings.fault} />
      {meetings.items.length > 0 && (
        <Rows label={t`Your meetings`}>
          {meetings.items.map((each) => (
            <Row
              key={each.id}
              icon={<IconUsersGroup size={22} aria-hidden />}
              trailing={
                <>
                  <Button
                    size="md"
                    variant="subtle"
                    px="sm"
                    aria-label={t`Share link of ${each.name}`}
                    onClick={() => share(each)}
                  >
                    <IconShare size={20} aria-hidden />
                  </Button>
                  <Button
                    size="md"
                    variant="light"
                    px="sm"
                    aria-label={t`Open ${each.name}`}
                    renderRoot={(props) => <Link to="/meetings/$meeting" params={{ meeting: each.id }} {...props} />}
                  >
                    <Trans>Open</Trans>
                  </Button>
                </>
              }
            >
              <Text fw={500} truncate>
                {each.name}
              </Text>
              <Text size="sm" c="dimmed" truncate>
                {each.room}
              </Text>
            </Row>
          ))}
        </Rows>
      )}
    </>
  );
}

/** Lengths that are offered for a planned meeting, in minutes. */
const LENGTHS = [15, 30, 45, 60, 90, 120, 180];

function NewMeeting({ start, close }: { start: ReturnType<typeof useStartMeeting>; close: () => void }) {
  const { t } = useLingui();
  const [name, setName] = useState('');
  const [starts, setStarts] = useState('');
  const [length, setLength] = useState('60');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await start({ name: name.trim() || t`Meeting`, ...planned(starts, Number(length)) });
      close();
    } catch (error) {
      setFault(error);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <ErrorNotice fault={fault} />
        <TextInput
          data-autofocus
          label={t`Name of the meeting`}
          description={t`Colleagues with the link see it.`}
          placeholder={t`Meeting`}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          size="md"
          type="datetime-local"
          label={t`Planned start`}
          description={t`Empty: it can be joined at any time, and has no calendar entry.`}
          value={starts}
          onChange={(event) => setStarts(event.currentTarget.value)}
        />
        {starts && (
          <NativeSelect
            size="md"
            label={t`Duration`}
            data={LENGTHS.map((minutes) => ({
              value: String(minutes),
              label: plural(minutes, { one: '# minute', other: '# minutes' }),
            }))}
            value={length}
            onChange={(event) => setLength(event.currentTarget.value)}
          />
        )}
        <Button type="submit" size="md" loading={busy}>
          <Trans>Create the link</Trans>
        </Button>
      </Stack>
    </form>
  );
}
