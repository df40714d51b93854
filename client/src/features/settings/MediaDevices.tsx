import { Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { BlurSwitch, SoundSwitches } from '~/features/call';
import { devices, watchDevices, type Device } from '~/media/devices';
import { DeviceSelects } from './DeviceSelects';

const withName = (found: Device[]) => found.filter((each) => each.name !== '');

/** Devices for calls, as far as the browser exposes their names. */
export function MediaDevices() {
  const { microphones, speakers, cameras } = useValue(devices);
  useEffect(() => watchDevices(), []);
  const allUnnamed = withName([...microphones, ...cameras]).length === 0;
  return (
    <>
      {allUnnamed && (
        <Text size="sm" c="dimmed">
          <Trans>Device names appear after your first call with microphone access.</Trans>
        </Text>
      )}
      <DeviceSelects microphones={withName(microphones)} speakers={withName(speakers)} cameras={withName(cameras)} />
      <BlurSwitch />
      <SoundSwitches />
    </>
  );
}
