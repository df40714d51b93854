import { Button, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconCalendarDown, IconPhone, IconShare } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import type { Meeting, NewMeeting } from '~/api';
import { lazyPart } from '~/core/lazy-part';
import { toast } from '~/core/toasts';
import { useChanges } from '~/design/changes';
import { formatDateTime } from '~/design/dates';
import { openDialog } from '~/design/dialogs';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { SkeletonRows } from '~/design/SkeletonRows';
import { startCall } from '~/features/call';
import { MeetingForm } from './MeetingForm';
import { MeetingInvitations } from './MeetingInvitations';
import { useGuestLinks, useMeeting, useMeetingChange, useMeetingRemoval, useShareLink } from './useMeetings';

const DeviceCheck = lazyPart(async () => ({ default: (await import('~/features/guest')).DeviceCheck }));

/** The page that the link of a meeting opens: one button joins it. */
export default function MeetingPage() {
  const { t } = useLingui();
  const { meeting: id = '' } = useParams({ strict: false });
  const found = useMeeting(id);
  return (
    <Page title={found.data?.name ?? t`Meeting`} back="/team">
      {found.data ? (
        <Details meeting={found.data} />
      ) : found.error ? (
        <ErrorBar fault={found.error} retry={found.refetch} />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </Page>
  );
}

function Details({ meeting }: { meeting: Meeting }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const share = useShareLink();
  const { remove, error } = useMeetingRemoval();
  const change = useMeetingChange(meeting);
  const saveChange = async (values: NewMeeting) => {
    await change(values);
    toast({ message: t`Changed. All who were invited by e-mail are informed.` });
  };
  const { name, room, dial_in, starts, ends } = meeting;
  const [checked, setChecked] = useState<{ microphone: boolean; camera: boolean }>();
  const join = async () => {
    setChecked(undefined); // the devices are free for the call
    const call = await startCall(room, { name });
    if (checked?.microphone === false) call.mute(true);
  };
  const toRooms = () => void navigate({ to: '/team', search: { show: 'rooms' } });
  return (
    <Stack>
      {starts && <Text>{ends ? `${formatDateTime(starts)} – ${formatDateTime(ends)}` : formatDateTime(starts)}</Text>}
      <Button
        size="lg"
        leftSection={<IconPhone aria-hidden />}
        aria-label={t`Join ${name}`}
        onClick={() => void join()}
      >
        <Trans>Join</Trans>
      </Button>
      {checked ? (
        <Suspense fallback={<SkeletonRows rows={2} />}>
          <DeviceCheck value={checked} onChange={setChecked} />
        </Suspense>
      ) : (
        <Button size="md" variant="subtle" onClick={() => setChecked({ microphone: true, camera: true })}>
          <Trans>Check microphone and camera</Trans>
        </Button>
      )}
      <Button size="md" variant="light" leftSection={<IconShare aria-hidden />} onClick={() => share(meeting)}>
        <Trans>Share link</Trans>
      </Button>
      {starts && (
        <Button
          component="a"
          href={`/api/v1/meetings/${meeting.id}/calendar.ics?language=${i18n.locale}`}
          download
          size="md"
          variant="light"
          leftSection={<IconCalendarDown aria-hidden />}
        >
          <Trans>Add to calendar</Trans>
        </Button>
      )}
      <Section title={t`By telephone`}>
        <Text>
          <Trans>Inside the company: {room}</Trans>
        </Text>
        {dial_in.map((number) => (
          <Text key={number}>
            <Trans>From outside: {number}</Trans>
          </Text>
        ))}
        {meeting.has_pin && (
          <Text c="dimmed" size="sm">
            <Trans>The meeting asks for a PIN.</Trans>
          </Text>
        )}
      </Section>
      {meeting.own && <LobbySwitch meeting={meeting} />}
      {meeting.own && <MeetingInvitations meeting={meeting} />}
      {meeting.own && <GuestLinks meeting={meeting} />}
      {meeting.own && (
        <>
          <ErrorNotice fault={error} />
          <Button
            variant="subtle"
            onClick={() =>
              openDialog({
                title: t`Change the meeting`,
                children: <MeetingForm before={meeting} submit={saveChange} submitLabel={t`Save`} />,
              })
            }
          >
            <Trans>Change name or time</Trans>
          </Button>
          <Button variant="subtle" color="red" onClick={() => void remove(meeting, toRooms)}>
            <Trans>Delete the meeting</Trans>
          </Button>
        </>
      )}
    </Stack>
  );
}

function LobbySwitch({ meeting }: { meeting: Meeting }) {
  const { t } = useLingui();
  const change = useMeetingChange(meeting);
  const changes = useChanges(['meetings']);
  const set = (lobby: boolean) =>
    changes.mutate({
      apply: () => change({ lobby }),
      message: lobby ? t`Everyone waits until you admit them.` : t`Colleagues and telephones join at once.`,
    });
  return (
    <>
      <Switch
        size="md"
        label={t`Everyone waits until admitted`}
        description={t`Telephones too. Guests always wait.`}
        checked={meeting.lobby}
        onChange={(event) => set(event.currentTarget.checked)}
      />
      <ErrorNotice fault={changes.error} />
    </>
  );
}

/** Links for people without an account, who wait in the lobby until a host admits them. */
function GuestLinks({ meeting }: { meeting: Meeting }) {
  const { t } = useLingui();
  const share = useShareLink();
  const { create, withdraw, error } = useGuestLinks(meeting);
  const link = create.data;
  const send = (url: string) => share({ name: meeting.name, join_url: url });
  return (
    <Section title={t`Guests`}>
      <Text size="sm" c="dimmed">
        <Trans>Guests need no account. They wait in the lobby until you admit them.</Trans>
      </Text>
      <ErrorNotice fault={error} />
      {link && (
        <TextInput
          size="md"
          label={t`Guest link`}
          description={t`Valid until ${formatDateTime(link.expires)}. It is shown only now.`}
          value={link.url}
          readOnly
        />
      )}
      <Button
        size="md"
        variant="light"
        loading={create.isPending}
        onClick={() => (link ? send(link.url) : create.mutate(undefined, { onSuccess: ({ url }) => send(url) }))}
      >
        <Trans>Copy guest link</Trans>
      </Button>
      <Button size="md" variant="subtle" color="red" onClick={withdraw}>
        <Trans>Withdraw guest links</Trans>
      </Button>
    </Section>
  );
}
