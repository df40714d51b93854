import { Stack, Switch } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { preferences, setPreferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { supportsScreenSharing, supportsScreenSound } from '~/media/capture';
import { noiseSuppression, supportsNoiseSuppression } from '~/media/noise-suppression';

/** Switches for the sound that is sent. Changes apply to the current call at once. */
export function SoundSwitches({ screen = true }: { /** Screens can be shared here. */ screen?: boolean }) {
  const { t } = useLingui();
  const chosen = useValue(preferences);
  const { state } = useValue(noiseSuppression);
  const [suppresses, sounds] = [supportsNoiseSuppression(), supportsScreenSound()];
  const failed = chosen.noiseSuppression && state === 'failed';
  return (
    <Stack gap="sm">
      <Switch
        size="md"
        label={t`Suppress background noise`}
        description={
          suppresses
            ? t`Of your microphone, on this device. It takes some battery.`
            : t`This browser cannot do that on this device.`
        }
        error={failed && t`It could not be started. Your voice is sent as it is.`}
        disabled={!suppresses}
        checked={suppresses && chosen.noiseSuppression}
        onChange={(event) => setPreferences({ noiseSuppression: event.currentTarget.checked })}
      />
      {screen && supportsScreenSharing() && (
        <Switch
          size="md"
          label={t`Share sound with the screen`}
          description={
            sounds
              ? t`In meetings the others hear what you share; also allow it when your browser asks what to share.`
              : t`This browser shares screens without sound.`
          }
          disabled={!sounds}
          checked={sounds && chosen.screenSound}
          onChange={(event) => setPreferences({ screenSound: event.currentTarget.checked })}
        />
      )}
    </Stack>
  );
}
