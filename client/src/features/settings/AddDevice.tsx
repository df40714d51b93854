import { Button, Loader, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { CopyButton } from '~/design/CopyButton';
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
          <InfoNotice title={t`The code was used again`}>
            <Trans>
              Another device used the same code and was rejected. If that was not you, your screen may have been seen by
              others. None of your data was disclosed.
            </Trans>
          </InfoNotice>
        )}
        {view === 'none' && state.busy && <Loader mx="auto" aria-label={t`Creating code`} />}
        {view === 'picture' && <Code model={model} />}
        {view === 'used' && <UsedCode model={model} />}
        {view === 'over' && (
          <Text ta="center" role="status">
            <Trans>The code has expired. Codes are valid for two minutes.</Trans>
          </Text>
        )}
        {view !== 'picture' && !(view === 'none' && state.busy) && (
          <Button size="md" leftSection={<IconRefresh aria-hidden />} onClick={() => void model.show()}>
            <Trans>Show new code</Trans>
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
          Point the camera of the other device at this code, or choose “Scan code” on its sign-in page. The code signs
          in one device with your account. Keep it private.
        </Trans>
      </Text>
      <QrCode svg={code.svg} alt={t`Sign-in code`} size={280} />
      <Text ta="center" c="dimmed" role="timer">
        <Trans>Valid for {time}</Trans>
      </Text>
      <CopyButton text={code.url}>
        <Trans>Copy link</Trans>
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
      <InfoNotice title={t`${name} has been signed out`}>
        <Trans>The device can no longer place calls for you. Keep sign-in codes private.</Trans>
      </InfoNotice>
    );
  }
  return (
    <>
      <InfoNotice title={t`${name} is signed in`}>
        <Trans>Incoming calls now also ring on this device.</Trans>
      </InfoNotice>
      <Button size="md" renderRoot={(props) => <Link to="/settings/devices" {...props} />}>
        <Trans>That was me</Trans>
      </Button>
      <Button size="md" variant="light" color="red" loading={busy} onClick={() => void model.revoke()}>
        <Trans>That was not me: sign out the device</Trans>
      </Button>
    </>
  );
}
