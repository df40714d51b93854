import { useLingui } from '@lingui/react/macro';
import { PreferenceSwitch } from '~/design/PreferenceSwitch';
import { supportsBackgroundBlur } from '~/media/background-blur';

/** The switch that blurs the background of the camera, in this video and later ones. */
export function BlurSwitch() {
  const { t } = useLingui();
  return (
    <PreferenceSwitch
      preference="backgroundBlur"
      label={t`Blur my background`}
      description={t`Of your camera, on this device. It takes some battery.`}
      unsupported={!supportsBackgroundBlur() && t`This browser cannot do that on this device.`}
    />
  );
}
