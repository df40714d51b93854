import { Button, Stack, Text, TextInput } from '@mantine/core';
import { IconCamera, IconX } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { InfoNotice } from '~/design/Notice';
import { AuthLayout } from '~/design/AuthLayout';
import { PermissionText } from '~/features/privacy';
import { useValue } from '~/core/store';
import { qrScanner } from './qr-scanner';
import { followLink } from './follow';
import { ScanModel, understandLink, type CodeLink, type OtherCode, type ScanState } from './scan';
import { Viewfinder } from './Viewfinder';
import css from './scan.module.css';

type LinkScan = ScanModel<CodeLink, OtherCode>;

/** Scans a sign-in code; the camera permission is requested only here. The link can be typed instead. */
export default function Scan() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [model] = useState(
    () =>
      new ScanModel(
        qrScanner,
        (text) => understandLink(text, location.origin),
        (link) => void navigate({ to: followLink(link), replace: true }),
      ),
  );
  const { phase, stream, seen } = useValue(model.state);
  useEffect(() => {
    void model.start();
    return () => model.close();
  }, [model]);
  return (
    <AuthLayout title={t`Scan code`}>
      <Stack>
        {phase === 'looking' && stream ? (
          <Viewfinder model={model} stream={stream} />
        ) : (
          <CameraNotice model={model} phase={phase} />
        )}
        <RejectedCode seen={seen} />
        <LinkForm model={model} />
        <Button
          size="md"
          variant="default"
          leftSection={<IconX aria-hidden />}
          renderRoot={(props) => <Link to="/sign-in" {...props} />}
        >
          <Trans>Other sign-in options</Trans>
        </Button>
      </Stack>
    </AuthLayout>
  );
}

function CameraNotice({ model, phase }: { model: LinkScan; phase: ScanState<OtherCode>['phase'] }) {
  const { t } = useLingui();
  return (
    <>
      {phase === 'refused' && (
        <InfoNotice title={t`Camera access denied`}>
          <Trans>
            Allow the camera for this page in your browser settings and try again. Or paste the link, which can be
            copied next to the code.
          </Trans>
        </InfoNotice>
      )}
      {phase === 'missing' && (
        <InfoNotice title={t`No camera found`}>
          <Trans>Enter the link instead. It can be copied next to the code.</Trans>
        </InfoNotice>
      )}
      {phase === 'broken' && (
        <InfoNotice title={t`Camera not available`}>
          <Trans>The camera may be in use by another program. Close it and try again, or paste the link instead.</Trans>
        </InfoNotice>
      )}
      {(phase === 'asking' || phase === 'opening') && (
        <Text>
          <PermissionText of="camera" />
        </Text>
      )}
      {phase !== 'missing' && (
        <Button
          size="md"
          leftSection={<IconCamera aria-hidden />}
          loading={phase === 'opening'}
          onClick={() => void model.open()}
        >
          {phase === 'asking' || phase === 'opening' ? <Trans>Turn on camera</Trans> : <Trans>Try again</Trans>}
        </Button>
      )}
    </>
  );
}

function RejectedCode({ seen }: { seen?: OtherCode }) {
  const { t } = useLingui();
  if (!seen) return null;
  if (seen.kind === 'foreign') {
    return (
      <InfoNotice title={t`This code belongs to ${seen.host}`}>
        <Trans>The code was not opened. Only codes of this server can be used here.</Trans>
      </InfoNotice>
    );
  }
  return (
    <InfoNotice>
      {seen.kind === 'authenticator' ? (
        <Trans>This code is for an authenticator app. Find a sign-in code under “Add a device”.</Trans>
      ) : (
        <Trans>This is not a sign-in code.</Trans>
      )}
    </InfoNotice>
  );
}

function LinkForm({ model }: { model: LinkScan }) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        model.submit(text);
      }}
    >
      <div className={css.linkForm}>
        <TextInput
          label={t`Or enter the link`}
          type="text"
          inputMode="url"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          size="md"
          flex={1}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" size="md" variant="light" disabled={text.trim() === ''}>
          <Trans>Continue</Trans>
        </Button>
      </div>
    </form>
  );
}
