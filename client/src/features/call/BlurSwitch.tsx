import { Switch } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { preferences, setPreferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { supportsBackgroundBlur } from '~/media/background-blur';

/** The switch that blurs the background of the camera, in this video and later ones. */
export function BlurSwitch() {
  const { t } = useLingui();
  const { backgroundBlur } = useValue(preferences);
  const supported = supportsBackgroundBlur();
  return (
    <Switch
      size="md"
      label={t`Blur my background`}
      description={
        supported
          ? t`Of your camera, on this device. It takes some battery.`
          : t`This browser cannot do that on this device.`
      }
      disabled={!supported}
      checked={supported && backgroundBlur}
      onChange={(event) => setPreferences({ backgroundBlur: event.currentTarget.checked })}
    />
  );
}
