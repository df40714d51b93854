import { NativeSelect, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { prefer, preferences } from '~/kernel/preferences';
import { useValue } from '~/kernel/store';
import { devices, speakersCanBeChosen, watchDevices, type Device } from '~/media/devices';

/** Which microphone, loudspeaker and camera calls use. */
export function Media() {
  const { t } = useLingui();
  const found = useValue(devices);
  const chosen = useValue(preferences);
  useEffect(() => watchDevices(), []);
  const unnamed = [...found.microphones, ...found.cameras].every((each) => each.name === '');
  return (
    <>
      {unnamed && (
        <Text size="sm" c="dimmed">
          <Trans>Your browser names them once you have made a call and allowed the microphone.</Trans>
        </Text>
      )}
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
    </>
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
  const known = found.filter((each) => each.name !== '' && each.id !== 'default');
  return (
    <NativeSelect
      label={label}
      size="md"
      value={known.some((each) => each.id === value) ? value : ''}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[
        { value: '', label: t`As the device chooses` },
        ...known.map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}
