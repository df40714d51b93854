import { IconMicrophone, IconMicrophoneOff } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import type { Call } from '~/sip';
import { RoundButton } from './RoundButton';

/** Mute or unmute the microphone. */
export function MuteButton({ call }: { call: Call }) {
  const { t } = useLingui();
  const muted = useValue(call.state, (each) => each.muted);
  return (
    <RoundButton
      withheld={muted}
      icon={muted ? IconMicrophoneOff : IconMicrophone}
      label={muted ? t`Unmute` : t`Mute`}
      onClick={() => call.mute()}
    />
  );
}
