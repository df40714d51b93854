import { IconMicrophone, IconMicrophoneOff, IconPhoneOff } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { Avatar } from '~/design/Avatar';
import { useValue } from '~/core/store';
import type { Call } from '~/sip';
import { showCall } from './model';
import { useRemoteParty } from './useRemoteParty';
import { useCallStatus } from './useCallStatus';
import { VideoTile } from './VideoTile';
import css from './bar.module.css';

/** The minimized call; a tap restores it. */
export function CallBar({ call }: { call: Call }) {
  const { t } = useLingui();
  const state = useValue(call.state);
  const { title } = useRemoteParty(call);
  const { status, clock } = useCallStatus(call);
  const MuteIcon = state.muted ? IconMicrophoneOff : IconMicrophone;
  return (
    <div className={css.bar} role="region" aria-label={t`Call with ${title}`}>
      <button type="button" className={css.barMain} onClick={() => showCall({ minimised: false })}>
        <Avatar name={title} of={call.number} size={32} />
        <span className={css.barParty}>
          <strong>{title}</strong>
          <span>{status ?? clock}</span>
        </span>
      </button>
      {!call.ended && (
        <>
          <button
            type="button"
            className={css.barMute}
            data-withheld={state.muted || undefined}
            aria-label={state.muted ? t`Unmute` : t`Mute`}
            onClick={() => call.mute()}
          >
            <MuteIcon size={22} aria-hidden />
          </button>
          <button type="button" className={css.barEnd} aria-label={t`Hang up`} onClick={() => call.hangUp()}>
            <IconPhoneOff size={22} aria-hidden />
          </button>
        </>
      )}
      {state.remoteVideo && <VideoTile stream={state.remoteVideo} title={title} />}
    </div>
  );
}
