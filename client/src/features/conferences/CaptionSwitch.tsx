import { Switch } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import type { Roster } from './roster';

/** Switches live captions on for everyone, where the server can make them. */
export function CaptionSwitch({ roster }: { roster: Roster }) {
  const { t } = useLingui();
  const { captioned, mayCaption } = useValue(roster.state);
  if (!mayCaption && !captioned) return null;
  return (
    <Switch
      size="md"
      label={t`Live captions`}
      description={t`Speech is shown as text. It is recognized on this phone system and not stored. Participants are informed first.`}
      checked={captioned}
      onChange={(event) => void roster.meeting({ captions: event.currentTarget.checked })}
    />
  );
}
