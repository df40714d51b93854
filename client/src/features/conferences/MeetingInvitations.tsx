import { ActionIcon, Button, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { IconMail, IconX } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import type { Meeting, NewMeetingInvitations } from '~/api';
import { closeDialogs, openDialog } from '~/design/dialogs';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Row, Rows } from '~/design/Rows';
import { Section } from '~/design/Section';
import { ColleagueSelect } from '~/features/directory';
import { parseAddress } from './addresses';
import { useInvitations } from './useInvitations';

/** For hosts: who was invited by e-mail, and further invitations. */
export function MeetingInvitations({ meeting }: { meeting: Meeting }) {
  const { t } = useLingui();
  const { list, invite, withdraw, error } = useInvitations(meeting);
  const open = () =>
    openDialog({
      title: t`Invite by e-mail`,
      children: <InviteForm meeting={meeting} invite={invite} />,
    });
  return (
    <Section title={t`Invitations`}>
      <ErrorBar fault={list.error} retry={list.refetch} />
      <ErrorNotice fault={error} />
      {list.data && list.data.length > 0 && (
        <Rows label={t`Invited by e-mail`}>
          {list.data.map((each) => (
            <Row
              key={each.id}
              icon={<IconMail size={22} aria-hidden />}
              trailing={
                <ActionIcon
                  size={44}
                  variant="subtle"
                  color="red"
                  aria-label={t`Withdraw the invitation of ${each.name || each.email}`}
                  onClick={() => withdraw(each)}
                >
                  <IconX size={20} aria-hidden />
                </ActionIcon>
              }
            >
              <Text fw={500}>{each.name || each.email}</Text>
              <Text size="sm" c="dimmed">
                {each.number || each.email}
              </Text>
            </Row>
          ))}
        </Rows>
      )}
      <Button size="md" variant="light" leftSection={<IconMail aria-hidden />} onClick={open}>
        <Trans>Invite by e-mail</Trans>
      </Button>
    </Section>
  );
}

interface InviteFormProps {
  meeting: Meeting;
  invite: (body: NewMeetingInvitations) => Promise<void>;
}

function InviteForm({ meeting, invite }: InviteFormProps) {
  const { t, i18n } = useLingui();
  const [colleagues, setColleagues] = useState<string[]>([]);
  const [outside, setOutside] = useState<string[]>([]);
  const [guestLinks, setGuestLinks] = useState(true);
  const [pin, setPin] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const language = i18n.locale === 'de' ? 'de' : 'en';
      await invite({ colleagues, outside: outside.map(parseAddress), guest_links: guestLinks, pin, language });
      closeDialogs();
    } catch (error) {
      setFault(error);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <ErrorNotice fault={fault} />
        <ColleagueSelect label={t`Colleagues`} value={colleagues} onChange={setColleagues} />
        <TagsInput
          size="md"
          label={t`People outside`}
          description={t`E-mail addresses. They are deleted a week after the meeting.`}
          acceptValueOnBlur
          splitChars={[',', ';', '\n']}
          value={outside}
          onChange={setOutside}
        />
        {outside.length > 0 && (
          <Switch
            size="md"
            label={t`They may join by a link without an account`}
            description={t`They wait in the lobby until you admit them. Otherwise they can only dial in.`}
            checked={guestLinks}
            onChange={(event) => setGuestLinks(event.currentTarget.checked)}
          />
        )}
        {meeting.has_pin && (
          <TextInput
            size="md"
            inputMode="numeric"
            autoComplete="off"
            label={t`PIN for participants`}
            description={t`It is stated in the e-mail. Only its digest is stored here.`}
            maxLength={8}
            value={pin}
            onChange={(event) => setPin(event.currentTarget.value)}
          />
        )}
        {!meeting.starts && (
          <Text size="sm" c="dimmed">
            <Trans>The meeting has no planned start, so the e-mail has no calendar entry.</Trans>
          </Text>
        )}
        <Button type="submit" size="md" loading={busy} disabled={colleagues.length + outside.length === 0}>
          <Trans>Send invitations</Trans>
        </Button>
      </Stack>
    </form>
  );
}
