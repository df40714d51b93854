import { NativeSelect, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { prefer, preferences } from '~/kernel/preferences';
import { useValue } from '~/kernel/store';
import { speakersCanBeChosen, type Device } from '~/media/devices';

interface DeviceChoicesProps {
  microphones: Device[];
  speakers: Device[];
  cameras: Device[];
}

/** Which microphone, loudspeaker and camera are used, from now on and in the call that goes on. */
export function DeviceChoices({ microphones, speakers, cameras }: DeviceChoicesProps) {
  const { t } = useLingui();
  const chosen = useValue(preferences);
  return (
    <>
      <Choice
        label={t`Microphone`}
        found={microphones}
        value={chosen.microphone}
        choose={(microphone) => prefer({ microphone })}
      />
      {speakersCanBeChosen() ? (
        <Choice
          label={t`Loudspeaker`}
          found={speakers}
          value={chosen.speaker}
          choose={(speaker) => prefer({ speaker })}
        />
      ) : (
        <Text size="sm" c="dimmed">
          <Trans>Where the sound comes out is chosen by your device: this browser leaves it no choice.</Trans>
        </Text>
      )}
      <Choice label={t`Camera`} found={cameras} value={chosen.camera} choose={(camera) => prefer({ camera })} />
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
  const own = found.filter((each) => each.id !== 'default');
  return (
    <NativeSelect
      label={label}
      size="md"
      value={own.some((each) => each.id === value) ? value : ''}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[
        { value: '', label: t`As the device chooses` },
        ...own.map(({ id, name }, index) => ({ value: id, label: name || `${label} ${index + 1}` })),
      ]}
    />
  );
}
