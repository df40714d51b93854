import { Button, Drawer, NativeSelect, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { prefer, preferences } from '~/kernel/preferences';
import { useValue } from '~/kernel/store';
import { devices, speakersCanBeChosen, watchDevices, type Device } from '~/media/devices';
import { callView, showCall } from './model';

/** Which microphone, loudspeaker and camera are used, from now on and in the call that goes on. */
export function Devices() {
  const { t } = useLingui();
  const opened = useValue(callView, (each) => each.devices);
  const found = useValue(devices);
  const chosen = useValue(preferences);
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
        <Choice
          label={t`Microphone`}
          found={found.microphones}
          value={chosen.microphone}
          choose={(microphone) => prefer({ microphone })}
        />
        {speakersCanBeChosen() ? (
          <Choice
            label={t`Loudspeaker`}
            found={found.speakers}
            value={chosen.speaker}
            choose={(speaker) => prefer({ speaker })}
          />
        ) : (
          <Text size="sm" c="dimmed">
            <Trans>Where the sound comes out is chosen by your device: this browser leaves it no choice.</Trans>
          </Text>
        )}
        <Choice label={t`Camera`} found={found.cameras} value={chosen.camera} choose={(camera) => prefer({ camera })} />
        <Button size="md" variant="default" onClick={close}>
          <Trans>Close</Trans>
        </Button>
      </Stack>
    </Drawer>
  );
}

interface ChoiceProps {
  label: string;
  found: Device[];
  value: string;
  choose: (id: string) => void;
}

function Choice({ label, found, value, choose }: ChoiceProps) {
  const { t } = useLingui();
  const named = found.filter((each) => each.id !== 'default');
  const data = [
    { value: '', label: t`As the device chooses` },
    ...named.map((each, index) => ({ value: each.id, label: each.name || `${label} ${index + 1}` })),
  ];
  const known = data.some((each) => each.value === value);
  return (
    <NativeSelect
      size="md"
      label={label}
      data={data}
      value={known ? value : ''}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  );
}
