import { Stack } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { preferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { PreferenceSwitch } from '~/design/PreferenceSwitch';
import { supportsScreenSharing, supportsScreenSound } from '~/media/capture';
import { noiseSuppression, supportsNoiseSuppression } from '~/media/noise-suppression';

/** Switches for the sound that is sent. Changes apply to the current call at once. */
export function SoundSwitches({ screen = true }: { /** Screens can be shared here. */ screen?: boolean }) {
  const { t } = useLingui();
  const suppresses = useValue(preferences, (each) => each.noiseSuppression);
  const { state } = useValue(noiseSuppression);
  return (
    <Stack gap="sm">
      <PreferenceSwitch
        preference="noiseSuppression"
        label={t`Suppress background noise`}
        description={t`Of your microphone, on this device. It takes some battery.`}
        unsupported={!supportsNoiseSuppression() && t`This browser cannot do that on this device.`}
        error={suppresses && state === 'failed' && t`It could not be started. Your voice is sent as it is.`}
      />
      {screen && supportsScreenSharing() && (
        <PreferenceSwitch
          preference="screenSound"
          label={t`Share sound with the screen`}
          description={t`In meetings the others hear what you share; also allow it when your browser asks what to share.`}
          unsupported={!supportsScreenSound() && t`This browser shares screens without sound.`}
        />
      )}
    </Stack>
  );
}
