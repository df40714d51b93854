import { Button, CopyButton, Loader, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconRefresh } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { duration } from '~/design/moments';
import { Fault, Hint } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Picture } from '~/design/Picture';
import { useValue } from '~/kernel/store';
import { AddDeviceModel, face } from './add-device';

export default function AddDevice() {
  const { t } = useLingui();
  const [model] = useState(() => new AddDeviceModel());
  const state = useValue(model.state);
  useEffect(() => {
    void model.show();
    return () => model.stop();
  }, [model]);
  const shown = face(state);
  return (
    <Page title={t`Add a device`} back="/settings">
      <Stack>
        <Fault fault={state.fault} />
        {state.became?.tried_again && (
          <Hint title={t`Somebody else tried this code`}>
            <Trans>
              Another device came with the same code and was refused. If that was not you, somebody may have seen your
              screen; nothing of yours was shown to them.
            </Trans>
          </Hint>
        )}
        {shown === 'none' && state.busy && <Loader mx="auto" aria-label={t`The code is being made`} />}
        {shown === 'picture' && <Code model={model} />}
        {shown === 'used' && <Used model={model} />}
        {shown === 'over' && (
          <Text ta="center" role="status">
            <Trans>The code has run out. It works for two minutes.</Trans>
          </Text>
        )}
        {shown !== 'picture' && !(shown === 'none' && state.busy) && (
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
  const { code, left } = useValue(model.state);
  const time = duration(left);
  if (!code) return null;
  return (
    <>
      <Text>
        <Trans>
          Point the other device’s camera at this, or choose “Scan a code” where it signs in. It signs in one device, as
          you. Show it to nobody else.
        </Trans>
      </Text>
      <Picture svg={code.svg} alt={t`Code to sign in by`} size={280} />
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

function Used({ model }: { model: AddDeviceModel }) {
  const { t } = useLingui();
  const { became, revoked, busy } = useValue(model.state);
  const name = became?.device_name || t`A device`;
  if (revoked) {
    return (
      <Hint title={t`${name} is signed out again`}>
        <Trans>It can no longer call in your name. Show codes only where nobody can photograph them.</Trans>
      </Hint>
    );
  }
  return (
    <>
      <Hint title={t`${name} is signed in`}>
        <Trans>It rings with your other devices from now on.</Trans>
      </Hint>
      <Button size="md" renderRoot={(props) => <Link to="/settings/devices" {...props} />}>
        <Trans>That was me</Trans>
      </Button>
      <Button size="md" variant="light" color="red" loading={busy} onClick={() => void model.sendAway()}>
        <Trans>That was not me: sign it out</Trans>
      </Button>
    </>
  );
}
