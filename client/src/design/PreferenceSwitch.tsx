import { Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import { preferences, setPreferences, type Preferences } from '~/core/preferences';
import { useValue } from '~/core/store';

interface PreferenceSwitchProps {
  preference: { [Key in keyof Preferences]: Preferences[Key] extends boolean ? Key : never }[keyof Preferences];
  label: string;
  description: ReactNode;
  /** Why it cannot be used on this device: shown in place of the description, and the switch is off. */
  unsupported?: string | false;
  error?: string | false;
  onChange?: () => void;
}

/** The switch of a preference of this device. */
export function PreferenceSwitch({ preference, unsupported, description, onChange, ...texts }: PreferenceSwitchProps) {
  const on = useValue(preferences, (each) => each[preference]);
  return (
    <Switch
      size="md"
      {...texts}
      description={unsupported || description}
      disabled={Boolean(unsupported)}
      checked={on && !unsupported}
      onChange={(event) => {
        setPreferences({ [preference]: event.currentTarget.checked });
        onChange?.();
      }}
    />
  );
}
