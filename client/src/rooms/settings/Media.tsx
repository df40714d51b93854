import { Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/kernel/store';
import { devices, watchDevices, type Device } from '~/media/devices';
import { DeviceChoices } from './DeviceChoices';

const named = (found: Device[]) => found.filter((each) => each.name !== '');

/** Which microphone, loudspeaker and camera calls use: those the browser names. */
export function Media() {
  const { microphones, speakers, cameras } = useValue(devices);
  useEffect(() => watchDevices(), []);
  const unnamed = named([...microphones, ...cameras]).length === 0;
  return (
    <>
      {unnamed && (
        <Text size="sm" c="dimmed">
          <Trans>Your browser names them once you have made a call and allowed the microphone.</Trans>
        </Text>
      )}
      <DeviceChoices microphones={named(microphones)} speakers={named(speakers)} cameras={named(cameras)} />
    </>
  );
}
