import { Button, CopyButton, Loader, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconRefresh } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { formatDuration } from '~/design/dates';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { QrCode } from '~/design/QrCode';
import { useValue } from '~/core/store';
import { AddDeviceModel, viewOf } from './add-device';

export default function AddDevice() {
  const { t } = useLingui();
  const [model] = useState(() => new AddDeviceModel());
  const state = useValue(model.state);
  useEffect(() => {
    void model.show();
    return () => model.stop();
  }, [model]);
  const view = viewOf(state);
  return (
    <Page title={t`Add a device`} back="/settings">
      <Stack>
        <ErrorNotice fault={state.fault} />
        {state.codeState?.tried_again && (
          <InfoNotice title={t`Somebody else tried this code`}>
            <Trans>
              Another device came with the same code and was refused. If that was not you, somebody may have seen your
              screen; nothing of yours was shown to them.
            </Trans>
          </InfoNotice>
        )}
        {view === 'none' && state.busy && <Loader mx="auto" aria-label={t`The code is being made`} />}
        {view === 'picture' && <Code model={model} />}
        {view === 'used' && <UsedCode model={model} />}
        {view === 'over' && (
          <Text ta="center" role="status">
            <Trans>The code has run out. It works for two minutes.</Trans>
          </Text>
        )}
        {view !== 'picture' && !(view === 'none' && state.busy) && (
          <Button size="md" leftSection={<IconRefresh aria-hidden />} onClick={() => void model.show()}>
            <Trans>Show a new code</Trans>
          </Button>
        )}
      </Stack>
    </Page>
  );
}

function Code({ model }: { model: AddDeviceModel }) {
  const { t } = useLingui();
  const { code, secondsLeft } = useValue(model.state);
  const time = formatDuration(secondsLeft);
  if (!code) return null;
  return (
    <>
      <Text>
        <Trans>
          Point the other device’s camera at this, or choose “Scan a code” where it signs in. It signs in one device, as
          you. Show it to nobody else.
        </Trans>
      </Text>
      <QrCode svg={code.svg} alt={t`Code to sign in by`} size={280} />
      <Text ta="center" c="dimmed" role="timer">
        <Trans>Good for {time}</Trans>
      </Text>
      <CopyButton value={code.url}>
        {({ copied, copy }) => (
          <Button
            size="md"
            variant="default"
            leftSection={copied ? <IconCheck aria-hidden /> : <IconCopy aria-hidden />}
            onClick={copy}
          >
            {copied ? <Trans>Copied</Trans> : <Trans>Copy the link instead</Trans>}
          </Button>
        )}
      </CopyButton>
    </>
  );
}

function UsedCode({ model }: { model: AddDeviceModel }) {
  const { t } = useLingui();
  const { codeState, revoked, busy } = useValue(model.state);
  const name = codeState?.device_name || t`A device`;
  if (revoked) {
    return (
      <InfoNotice title={t`${name} is signed out again`}>
        <Trans>It can no longer call in your name. Show codes only where nobody can photograph them.</Trans>
      </InfoNotice>
    );
  }
  return (
    <>
      <InfoNotice title={t`${name} is signed in`}>
        <Trans>It rings with your other devices from now on.</Trans>
      </InfoNotice>
      <Button size="md" renderRoot={(props) => <Link to="/settings/devices" {...props} />}>
        <Trans>That was me</Trans>
      </Button>
      <Button size="md" variant="light" color="red" loading={busy} onClick={() => void model.revoke()}>
        <Trans>That was not me: sign it out</Trans>
      </Button>
    </>
  );
}
