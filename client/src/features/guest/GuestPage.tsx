import { Button, Loader, Stack, Text, TextInput } from '@mantine/core';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { takeDeepLinkCode } from '~/core/deep-link';
import { useValue } from '~/core/store';
import { AuthLayout } from '~/design/AuthLayout';
import { ErrorNotice } from '~/design/Notice';
import { ConsentFields, isComplete, NO_CONSENT, useSignInOptions } from '~/features/sign-in';
import { DeviceCheck } from './DeviceCheck';
import { GuestMeeting } from './GuestMeeting';
import { RecordingNotice } from './RecordingNotice';
import { storedVisit, type StoredVisit } from './stored-visit';
import { Visit, type EndOfVisit } from './visit';

const ENDS: Record<Exclude<EndOfVisit, 'left'>, MessageDescriptor> = {
  locked: msg`A host has locked it. Try again later, or ask the host to unlock it.`,
  ended: msg`The meeting is over, or a host has ended your visit.`,
  disconnected: msg`The connection has ended.`,
};

/** The link that was opened now or, after a reload, before; with the visit that was running then. */
function openedLink(): { link: string; resumed?: StoredVisit['visit'] } {
  const opened = takeDeepLinkCode('guest');
  const stored = storedVisit(Date.now());
  if (!stored || (opened && opened !== stored.link)) return { link: opened };
  return { link: stored.link, resumed: stored.visit };
}

/** The page of a guest link: a name, the lobby, and the meeting. No account is needed. */
export default function GuestPage() {
  const { t } = useLingui();
  const [{ link, resumed }, setOpened] = useState(openedLink);
  const [visit, setVisit] = useState(() => new Visit(link));
  useEffect(() => void (resumed && visit.resume(resumed)), [resumed, visit]);
  useEffect(() => () => visit.leave(), [visit]);
  const again = () => {
    setOpened({ link });
    setVisit(new Visit(link));
  };
  const { phase, meeting, end } = useValue(visit.state);
  if (!link) {
    return (
      <AuthLayout title={t`Join a meeting`}>
        <Text>
          <Trans>Open the link of your invitation again.</Trans>
        </Text>
      </AuthLayout>
    );
  }
  if (phase === 'form') return <EntryForm visit={visit} />;
  if (phase === 'in') return <GuestMeeting visit={visit} />;
  if (phase === 'over') {
    return (
      <AuthLayout title={end === 'locked' ? t`The meeting is locked` : t`You are no longer in the meeting`}>
        <Stack>
          {end && end !== 'left' && <Text role="alert">{t(ENDS[end])}</Text>}
          <Button size="md" fullWidth onClick={again}>
            {end === 'locked' ? <Trans>Try again</Trans> : <Trans>Join again</Trans>}
          </Button>
        </Stack>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={meeting?.name ?? t`Join a meeting`}>
      <Stack>
        <RecordingNotice visit={visit} />
        <Text role="status">
          {phase === 'lobby' && meeting?.state !== 'entering' ? (
            <Trans>Please wait: a host will let you in.</Trans>
          ) : (
            <Trans>Connecting…</Trans>
          )}
        </Text>
        <Loader type="dots" aria-hidden />
        <Button size="md" variant="light" color="red" onClick={() => visit.leave()}>
          <Trans>Leave</Trans>
        </Button>
      </Stack>
    </AuthLayout>
  );
}

function EntryForm({ visit }: { visit: Visit }) {
  const { t } = useLingui();
  const { busy, fault } = useValue(visit.state);
  const versions = useSignInOptions(undefined);
  const [name, setName] = useState('');
  const [consent, setConsent] = useState(NO_CONSENT);
  const [sent, setSent] = useState({ microphone: true, camera: false });
  const ready = Boolean(versions) && name.trim() !== '' && isComplete(consent);
  return (
    <AuthLayout title={t`Join a meeting`} lead={<Trans>You need no account.</Trans>}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && versions) void visit.enter({ ...versions, ...sent, name: name.trim() });
        }}
      >
        <Stack>
          <ErrorNotice fault={fault} />
          <TextInput
            size="md"
            label={t`Your name`}
            description={t`The other participants see it.`}
            autoComplete="name"
            maxLength={100}
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <DeviceCheck value={sent} onChange={setSent} />
          <ConsentFields guest value={consent} onChange={setConsent} versions={versions} />
          <Button type="submit" size="md" loading={busy} disabled={!ready}>
            <Trans>Ask to join</Trans>
          </Button>
        </Stack>
      </form>
    </AuthLayout>
  );
}
