import { Drawer, Radio, Stack, Text } from '@mantine/core';
import {
  IconCamera,
  IconDeviceMobile,
  IconHeadphones,
  IconMicrophone,
  IconVolume,
  type Icon,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { preferences, setPreferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { useLayer } from '~/design/layers';
import { canSelectSpeaker, devices, watchDevices, type Device } from '~/media/devices';
import { BlurSwitch } from './BlurSwitch';
import { deviceKind, type DeviceKind } from './device-kind';
import { callView, showCall } from './model';
import { SoundSwitches } from './SoundSwitches';
import css from './device-sheet.module.css';

/** Selection of speaker, microphone and camera during a call: one tap each. */
export function DeviceSheet() {
  const { t } = useLingui();
  const opened = useValue(callView, (each) => each.devices);
  const dismiss = useLayer(opened, () => showCall({ devices: false }));
  const { microphones, speakers, cameras } = useValue(devices);
  const chosen = useValue(preferences);
  useEffect(() => (opened ? watchDevices() : undefined), [opened]);
  return (
    <Drawer
      opened={opened}
      onClose={dismiss}
      position="bottom"
      size="auto"
      title={t`Audio and camera`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={400}
    >
      <Stack gap="md" pb="md" maw={480} mx="auto">
        {canSelectSpeaker() ? (
          <DeviceList
            label={t`Speaker`}
            icon={IconVolume}
            devices={speakers}
            value={chosen.speaker}
            onChoose={(speaker) => setPreferences({ speaker })}
          />
        ) : (
          <Text size="sm" c="dimmed">
            <Trans>The audio output is selected by your device; this browser does not support changing it.</Trans>
          </Text>
        )}
        <DeviceList
          label={t`Microphone`}
          icon={IconMicrophone}
          devices={microphones}
          value={chosen.microphone}
          onChoose={(microphone) => setPreferences({ microphone })}
        />
        <DeviceList
          label={t`Camera`}
          icon={IconCamera}
          devices={cameras}
          value={chosen.camera}
          onChoose={(camera) => setPreferences({ camera })}
        />
        <BlurSwitch />
        <SoundSwitches />
      </Stack>
    </Drawer>
  );
}

const KIND_ICONS: Partial<Record<DeviceKind, Icon>> = { earpiece: IconDeviceMobile, headset: IconHeadphones };

interface DeviceListProps {
  label: string;
  /** For devices of no particular kind. */
  icon: Icon;
  devices: Device[];
  value: string;
  onChoose: (id: string) => void;
}

function DeviceList({ label, icon, devices: all, value, onChoose }: DeviceListProps) {
  const { t } = useLingui();
  const selectable = all.filter((each) => each.id !== 'default');
  const nameOf = ({ name }: Device, index: number) => {
    const kind = deviceKind(name);
    if (kind === 'earpiece') return t`Phone`;
    if (kind === 'speakerphone') return t`Speaker`;
    return name || `${label} ${index + 1}`;
  };
  const rows = [
    { id: '', name: t`System default`, Shape: icon },
    ...selectable.map((each, index) => ({
      id: each.id,
      name: nameOf(each, index),
      Shape: KIND_ICONS[deviceKind(each.name)] ?? icon,
    })),
  ];
  return (
    <Radio.Group label={label} value={selectable.some((each) => each.id === value) ? value : ''} onChange={onChoose}>
      {rows.map(({ id, name, Shape }) => (
        <Radio.Card key={id} value={id} className={css.device} aria-label={name}>
          <Shape size={22} stroke={1.75} aria-hidden />
          <span>{name}</span>
          <Radio.Indicator />
        </Radio.Card>
      ))}
    </Radio.Group>
  );
}
