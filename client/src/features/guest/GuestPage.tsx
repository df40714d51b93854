import { Button, Loader, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { takeDeepLinkCode } from '~/core/deep-link';
import { useValue } from '~/core/store';
import { AuthLayout } from '~/design/AuthLayout';
import { ErrorNotice } from '~/design/Notice';
import { ConsentFields, isComplete, NO_CONSENT, useSignInOptions } from '~/features/sign-in';
import { DeviceCheck } from './DeviceCheck';
import { GuestMeeting } from './GuestMeeting';
import { Visit } from './visit';

/** The page of a guest link: a name, the lobby, and the meeting. No account is needed. */
export default function GuestPage() {
  const { t } = useLingui();
  const [link] = useState(() => takeDeepLinkCode('guest'));
  const [visit, setVisit] = useState(() => new Visit(link));
  useEffect(() => () => visit.leave(), [visit]);
  const { phase, meeting } = useValue(visit.state);
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
      <AuthLayout title={t`You are no longer in the meeting`}>
        <Button size="md" fullWidth onClick={() => setVisit(new Visit(link))}>
          <Trans>Join again</Trans>
        </Button>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={meeting?.name ?? t`Join a meeting`}>
      <Stack>
        <Text role="status">
          {phase === 'lobby' ? <Trans>Please wait: a host will let you in.</Trans> : <Trans>Connecting…</Trans>}
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
