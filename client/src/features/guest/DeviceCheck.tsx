import { NativeSelect, Progress, Stack, Switch, Text } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { preferences, setPreferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { VideoElement } from '~/design/VideoElement';
import { BlurSwitch, captureNotice, SoundSwitches } from '~/features/call';
import { camera, CaptureError, lossOf, microphone } from '~/media/capture';
import { canSelectSpeaker, devices, watchDevices, type Device } from '~/media/devices';
import { watchLevel } from '~/media/level';
import css from './guest.module.css';

interface Sent {
  microphone: boolean;
  camera: boolean;
}

/** Microphone and camera before joining: on or off, which of several, and whether they work. */
export function DeviceCheck({ value, onChange }: { value: Sent; onChange: (value: Sent) => void }) {
  const { t } = useLingui();
  const { microphones, cameras, speakers } = useValue(devices);
  const chosen = useValue(preferences);
  const sound = useTrack(value.microphone, microphone, chosen.microphone);
  const picture = useTrack(value.camera, camera, `${chosen.camera} ${chosen.backgroundBlur}`);
  useEffect(() => watchDevices(), []);
  return (
    <Stack gap="sm">
      <Switch
        size="md"
        label={t`Microphone`}
        checked={value.microphone}
        onChange={(event) => onChange({ ...value, microphone: event.currentTarget.checked })}
      />
      <CaptureFault fault={sound.fault} />
      {sound.track && <Level track={sound.track} />}
      {value.microphone && (
        <Choice
          label={t`Which microphone`}
          all={microphones}
          value={chosen.microphone}
          onChoose={(id) => setPreferences({ microphone: id })}
        />
      )}
      <Switch
        size="md"
        label={t`Camera`}
        checked={value.camera}
        onChange={(event) => onChange({ ...value, camera: event.currentTarget.checked })}
      />
      <CaptureFault fault={picture.fault} />
      {picture.track && (
        <VideoElement stream={picture.stream!} label={t`Your video`} className={css.preview} mirrored />
      )}
      {value.camera && (
        <Choice
          label={t`Which camera`}
          all={cameras}
          value={chosen.camera}
          onChoose={(id) => setPreferences({ camera: id })}
        />
      )}
      {value.camera && <BlurSwitch />}
      {canSelectSpeaker() && (
        <Choice
          label={t`Which speaker`}
          all={speakers}
          value={chosen.speaker}
          onChoose={(id) => setPreferences({ speaker: id })}
        />
      )}
      <SoundSwitches />
    </Stack>
  );
}

interface ChoiceProps {
  label: string;
  all: readonly Device[];
  value: string;
  onChoose: (id: string) => void;
}

/** A choice between several devices; nothing if there is one. */
function Choice({ label, all, value, onChoose }: ChoiceProps) {
  const { t } = useLingui();
  const selectable = all.filter((each) => each.id !== 'default' && each.name !== '');
  if (selectable.length < 2) return null;
  const data = [
    { value: '', label: t`System default` },
    ...selectable.map((each) => ({ value: each.id, label: each.name })),
  ];
  return (
    <NativeSelect
      size="md"
      label={label}
      data={data}
      value={selectable.some((each) => each.id === value) ? value : ''}
      onChange={(event) => onChoose(event.currentTarget.value)}
    />
  );
}

function Level({ track }: { track: MediaStreamTrack }) {
  const { t } = useLingui();
  const [level, setLevel] = useState(0);
  useEffect(() => watchLevel(track, setLevel), [track]);
  return <Progress value={level * 100} transitionDuration={60} aria-label={t`Level of the microphone`} />;
}

function CaptureFault({ fault }: { fault?: CaptureError }) {
  const { t } = useLingui();
  if (!fault) return null;
  const { title, advice } = captureNotice(fault);
  return (
    <Text size="sm" role="alert">
      {t(title)} {t(advice)}
    </Text>
  );
}

interface OpenTrack {
  track?: MediaStreamTrack;
  stream?: MediaStream;
  fault?: CaptureError;
}

/** A track that is open while it is wanted. `which`: opened again for another one. */
function useTrack(wanted: boolean, open: () => Promise<MediaStreamTrack>, which: string): OpenTrack {
  const [state, setState] = useState<OpenTrack>({});
  useEffect(() => {
    if (!wanted) return undefined;
    let track: MediaStreamTrack | undefined;
    let closed = false;
    open().then(
      (opened) => {
        if (closed) return opened.stop();
        track = opened;
        opened.onended = () => setState({ fault: lossOf(opened) });
        setState({ track, stream: new MediaStream([track]) });
      },
      (fault: unknown) => {
        if (!closed && fault instanceof CaptureError) setState({ fault });
      },
    );
    return () => {
      closed = true;
      track?.stop();
      setState({});
    };
  }, [wanted, open, which]);
  return state;
}
