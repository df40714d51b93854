import {
  IconCameraRotate,
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPictureInPicture,
  IconPlayerPause,
  IconPlayerPlay,
  IconVideo,
  IconVideoOff,
  IconVolume,
  IconX,
} from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { canFloat, float } from '~/media/screen';
import { useValue } from '~/kernel/store';
import { phone, type Call } from '~/sip';
import { Keypad } from './Keypad';
import { callView, showCall } from './model';
import { Round } from './Round';
import css from './call.module.css';

/** What can be done with the call, where a thumb reaches. */
export function Controls({ call, video }: { call: Call; video: HTMLVideoElement | null }) {
  const { t } = useLingui();
  const state = useValue(call.state);
  const keypad = useValue(callView, (each) => each.keypad);
  if (state.phase === 'ended') {
    return (
      <div className={css.controls}>
        <Round big icon={IconX} label={t`Close`} onClick={() => phone.dismiss(call)} />
      </div>
    );
  }
  const talking = call.answered;
  return (
    <div className={css.controls}>
      {keypad && talking ? (
        <div className={css.keypad}>
          <Keypad press={(key) => call.press(key)} audible />
        </div>
      ) : (
        <Grid call={call} video={video} />
      )}
      <div className={css.bottom}>
        {keypad && talking && (
          <button type="button" className={css.text} onClick={() => showCall({ keypad: false })}>
            {t`Hide keypad`}
          </button>
        )}
        <Round big icon={IconPhoneOff} kind="end" label={t`Hang up`} onClick={() => call.hangUp()} />
      </div>
    </div>
  );
}

function Grid({ call, video }: { call: Call; video: HTMLVideoElement | null }) {
  const { t } = useLingui();
  const { muted, phase, camera } = useValue(call.state);
  const talking = call.answered;
  const held = phase === 'held';
  return (
    <div className={css.grid}>
      <Round icon={muted ? IconMicrophoneOff : IconMicrophone} label={t`Mute`} on={muted} onClick={() => call.mute()} />
      <Round icon={IconDialpad} label={t`Keypad`} disabled={!talking} onClick={() => showCall({ keypad: true })} />
      <Round icon={IconVolume} label={t`Audio`} onClick={() => showCall({ devices: true })} />
      <Round
        icon={held ? IconPlayerPlay : IconPlayerPause}
        label={t`Hold`}
        on={held}
        disabled={!talking}
        onClick={() => void (held ? phone.swapTo(call) : call.hold())}
      />
      <Round
        icon={camera === 'on' ? IconVideo : IconVideoOff}
        label={t`Camera`}
        on={camera === 'on'}
        disabled={!talking || held || camera === 'starting'}
        onClick={() => void call.video(camera !== 'on')}
      />
      {camera === 'on' && (
        <Round icon={IconCameraRotate} label={t`Turn`} disabled={!talking} onClick={() => void call.turnCamera()} />
      )}
      {video && canFloat() && (
        <Round icon={IconPictureInPicture} label={t`Pop out`} onClick={() => void float(video)} />
      )}
    </div>
  );
}
