import {
  IconCameraRotate,
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconParking,
  IconPhoneOutgoing,
  IconPhoneOff,
  IconPictureInPicture,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerRecord,
  IconPlayerStop,
  IconUsersGroup,
  IconUsersPlus,
  IconVideo,
  IconVideoOff,
  IconVolume,
  IconX,
} from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { session } from '~/api/session';
import { canFloat, float } from '~/media/screen';
import { useValue } from '~/kernel/store';
import { park } from '~/rooms/parked';
import { phone, type Call } from '~/sip';
import { Keypad } from './Keypad';
import { callView, showCall } from './model';
import { makeRoom } from './own-calls';
import { recording } from './recording';
import { Round } from './Round';
import { useRoom } from './useRoom';
import { attempt } from './undone';
import { useRecorded, useServed } from './useServed';
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
  const { muted, phase, camera, transfer } = useValue(call.state);
  const talking = call.answered;
  const held = phase === 'held';
  const room = useRoom(call);
  const other = useValue(phone.state, (each) => each.calls.find((one) => one !== call && one.answered));
  const giving = transfer === 'asked' || transfer === 'rings';
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
      <Round
        icon={IconPhoneOutgoing}
        label={other ? t`Connect both` : t`Transfer`}
        disabled={!talking || giving}
        onClick={() => (other ? call.transfer(other) : showCall({ transfer: true }))}
      />
      <Record call={call} />
      {room ? (
        <Round icon={IconUsersGroup} label={t`In the room`} onClick={() => showCall({ roster: true })} />
      ) : (
        <>
          <Conference call={call} />
          <Park call={call} />
        </>
      )}
      {camera === 'on' && (
        <Round icon={IconCameraRotate} label={t`Turn`} disabled={!talking} onClick={() => void call.turnCamera()} />
      )}
      {video && canFloat() && (
        <Round icon={IconPictureInPicture} label={t`Pop out`} onClick={() => void float(video)} />
      )}
    </div>
  );
}

/** Parks the other one: whoever of the organisation wants takes them back. */
function Park({ call }: { call: Call }) {
  const { t } = useLingui();
  const { served } = useServed(call);
  const free = useValue(call.state, (each) => each.phase === 'talking' && each.transfer === undefined);
  return (
    <Round
      icon={IconParking}
      label={t`Park`}
      disabled={!free || !served}
      onClick={() => served && void attempt(() => park(served.id))}
    />
  );
}

/** Makes a conference of the call, to which others can be added. */
function Conference({ call }: { call: Call }) {
  const { t } = useLingui();
  const [asked, setAsked] = useState(false);
  const { served } = useServed(call);
  const talking = useValue(call.state, (each) => each.phase === 'talking' && each.transfer === undefined);
  const make = async (id: string) => {
    setAsked(true);
    if (await attempt(() => makeRoom(id))) showCall({ roster: true });
    setAsked(false);
  };
  return (
    <Round
      icon={IconUsersPlus}
      label={t`Conference`}
      disabled={asked || !talking || !served}
      onClick={() => served && void make(served.id)}
    />
  );
}

/** Has the call recorded, where that is allowed; what is said of it, and pausing, is in the banner. */
function Record({ call }: { call: Call }) {
  const { t } = useLingui();
  const found = useRecorded(call);
  const user = useValue(session, (each) => each.state === 'in' && each.me.role === 'user');
  if (!found) return null;
  const { id, now } = found;
  if (now.state === 'asking' || now.state === 'announced') {
    return <Round icon={IconPlayerRecord} label={t`Asking…`} disabled onClick={() => undefined} />;
  }
  if (now.state === 'none') {
    if (!now.allowed) return null;
    return <Round icon={IconPlayerRecord} label={t`Record`} onClick={() => void recording.become(id, 'recording')} />;
  }
  // What an administrator wants recorded he alone ends; what somebody began, she.
  if (!now.directs || (now.automatic && user)) return null;
  return (
    <Round
      icon={IconPlayerStop}
      kind="recorded"
      label={t`Stop recording`}
      onClick={() => void recording.become(id, 'stopped')}
    />
  );
}
