import { NativeSelect, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { setPreferences, preferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { canSelectSpeaker, type Device } from '~/media/devices';

interface DeviceSelectsProps {
  microphones: Device[];
  speakers: Device[];
  cameras: Device[];
}

/** Selects for microphone, speaker and camera; changes apply to the current call too. */
export function DeviceSelects({ microphones, speakers, cameras }: DeviceSelectsProps) {
  const { t } = useLingui();
  const chosen = useValue(preferences);
  return (
    <>
      <DeviceSelect
        label={t`Microphone`}
        devices={microphones}
        value={chosen.microphone}
        onChoose={(microphone) => setPreferences({ microphone })}
      />
      {canSelectSpeaker() ? (
        <DeviceSelect
          label={t`Speaker`}
          devices={speakers}
          value={chosen.speaker}
          onChoose={(speaker) => setPreferences({ speaker })}
        />
      ) : (
        <Text size="sm" c="dimmed">
          <Trans>The audio output is selected by your device; this browser does not support changing it.</Trans>
        </Text>
      )}
      <DeviceSelect
        label={t`Camera`}
        devices={cameras}
        value={chosen.camera}
        onChoose={(camera) => setPreferences({ camera })}
      />
    </>
  );
}

interface DeviceSelectProps {
  label: string;
  devices: Device[];
  value: string;
  onChoose: (id: string) => void;
}

function DeviceSelect({ label, devices, value, onChoose }: DeviceSelectProps) {
  const { t } = useLingui();
  const selectable = devices.filter((each) => each.id !== 'default');
  return (
    <NativeSelect
      label={label}
      size="md"
      value={selectable.some((each) => each.id === value) ? value : ''}
      onChange={(event) => onChoose(event.currentTarget.value)}
      data={[
        { value: '', label: t`System default` },
        ...selectable.map(({ id, name }, index) => ({ value: id, label: name || `${label} ${index + 1}` })),
      ]}
    />
  );
}
