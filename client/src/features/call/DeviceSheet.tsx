import { Button, Drawer, Stack } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { devices, watchDevices } from '~/media/devices';
import { DeviceSelects } from '~/features/settings';
import { callView, showCall } from './model';

/** Selection of microphone, speaker and camera during a call. */
export function DeviceSheet() {
  const { t } = useLingui();
  const opened = useValue(callView, (each) => each.devices);
  const { microphones, speakers, cameras } = useValue(devices);
  useEffect(() => (opened ? watchDevices() : undefined), [opened]);
  const close = () => showCall({ devices: false });
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="bottom"
      size={430}
      title={t`Audio and camera`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={400}
    >
      <Stack gap="md" pb="md" maw={480} mx="auto">
        <DeviceSelects microphones={microphones} speakers={speakers} cameras={cameras} />
        <Button size="md" variant="default" onClick={close}>
          <Trans>Close</Trans>
        </Button>
      </Stack>
    </Drawer>
  );
}
