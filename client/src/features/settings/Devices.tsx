import { Button } from '@mantine/core';
import { IconQrcode } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Page } from '~/design/Page';
import { DevicesBody } from './DevicesBody';

export default function Devices() {
  const { t } = useLingui();
  return (
    <Page title={t`Devices`} back="/settings">
      <DevicesBody />
      <Button
        size="md"
        fullWidth
        leftSection={<IconQrcode aria-hidden />}
        renderRoot={(props) => <Link to="/settings/add-device" {...props} />}
      >
        <Trans>Add a device</Trans>
      </Button>
    </Page>
  );
}
