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
import { supportsPictureInPicture, togglePictureInPicture } from '~/media/screen';
import { useValue } from '~/core/store';
import { park } from '~/features/parked';
import { phone, type Call } from '~/sip';
import { Keypad } from './Keypad';
import { callView, showCall } from './model';
import { createConference } from './server-calls';
import { recording } from './recording';
import { RoundButton } from './RoundButton';
import { useRoom } from './useRoom';
import { tryCallAction } from './call-error';
import { useCallRecording, useServerCall } from './useServerCall';
import css from './controls.module.css';

/** Call controls, within thumb reach. */
export function Controls({ call, video }: { call: Call; video: HTMLVideoElement | null }) {
  const { t } = useLingui();
  const state = useValue(call.state);
  const keypad = useValue(callView, (each) => each.keypad);
  if (state.phase === 'ended') {
    return (
      <div className={css.controls} data-controls>
        <RoundButton large icon={IconX} label={t`Close`} onClick={() => phone.dismiss(call)} />
      </div>
    );
  }
  const talking = call.answered;
  return (
    <div className={css.controls} data-controls>
      {keypad && talking ? (
        <div className={css.keypad}>
          <Keypad onPress={(key) => call.sendDtmf(key)} audible />
        </div>
      ) : (
        <ControlGrid call={call} video={video} />
      )}
      <div className={css.bottom} data-bottom>
        {keypad && talking && (
          <button type="button" className={css.text} onClick={() => showCall({ keypad: false })}>
            {t`Hide keypad`}
          </button>
        )}
        <RoundButton large icon={IconPhoneOff} kind="end" label={t`Hang up`} onClick={() => call.hangUp()} />
      </div>
    </div>
  );
}

function ControlGrid({ call, video }: { call: Call; video: HTMLVideoElement | null }) {
  const { t } = useLingui();
  const { muted, phase, camera, transfer } = useValue(call.state);
  const talking = call.answered;
  const held = phase === 'held';
  const room = useRoom(call);
  const other = useValue(phone.state, (each) => each.calls.find((one) => one !== call && one.answered));
  const transferring = transfer === 'asked' || transfer === 'rings';
  return (
    <div className={css.grid} data-grid>
      <RoundButton
        icon={muted ? IconMicrophoneOff : IconMicrophone}
        label={t`Mute`}
        on={muted}
        onClick={() => call.mute()}
      />
      <RoundButton
        icon={IconDialpad}
        label={t`Keypad`}
        disabled={!talking}
        onClick={() => showCall({ keypad: true })}
      />
      <RoundButton icon={IconVolume} label={t`Audio`} onClick={() => showCall({ devices: true })} />
      <RoundButton
        icon={held ? IconPlayerPlay : IconPlayerPause}
        label={t`Hold`}
        on={held}
        disabled={!talking}
        onClick={() => void (held ? phone.swapTo(call) : call.hold())}
      />
      <RoundButton
        icon={camera === 'on' ? IconVideo : IconVideoOff}
        label={t`Camera`}
        on={camera === 'on'}
        disabled={!talking || held || camera === 'starting'}
        onClick={() => void call.setVideo(camera !== 'on')}
      />
      <RoundButton
        icon={IconPhoneOutgoing}
        label={other ? t`Connect both` : t`Transfer`}
        disabled={!talking || transferring}
        onClick={() => (other ? call.transfer(other) : showCall({ transfer: true }))}
      />
      <RecordButton call={call} />
      {room ? (
        <RoundButton icon={IconUsersGroup} label={t`Participants`} onClick={() => showCall({ roster: true })} />
      ) : (
        <>
          <ConferenceButton call={call} />
          <ParkButton call={call} />
        </>
      )}
      {camera === 'on' && (
        <RoundButton
          icon={IconCameraRotate}
          label={t`Flip`}
          disabled={!talking}
          onClick={() => void call.switchCamera()}
        />
      )}
      {video && supportsPictureInPicture() && (
        <RoundButton
          icon={IconPictureInPicture}
          label={t`Picture in picture`}
          onClick={() => void togglePictureInPicture(video)}
        />
      )}
    </div>
  );
}

/** Parks the remote party; anyone in the tenant can retrieve the call. */
function ParkButton({ call }: { call: Call }) {
  const { t } = useLingui();
  const { serverCall } = useServerCall(call);
  const free = useValue(call.state, (each) => each.phase === 'talking' && each.transfer === undefined);
  return (
    <RoundButton
      icon={IconParking}
      label={t`Park`}
      disabled={!free || !serverCall}
      onClick={() => serverCall && void tryCallAction(() => park(serverCall.id))}
    />
  );
}

/** Turns the call into a conference. */
function ConferenceButton({ call }: { call: Call }) {
  const { t } = useLingui();
  const [pending, setPending] = useState(false);
  const { serverCall } = useServerCall(call);
  const talking = useValue(call.state, (each) => each.phase === 'talking' && each.transfer === undefined);
  const create = async (id: string) => {
    setPending(true);
    if (await tryCallAction(() => createConference(id))) showCall({ roster: true });
    setPending(false);
  };
  return (
    <RoundButton
      icon={IconUsersPlus}
      label={t`Conference`}
      disabled={pending || !talking || !serverCall}
      onClick={() => serverCall && void create(serverCall.id)}
    />
  );
}

/** Starts and stops recording where allowed; status and pause are in the banner. */
function RecordButton({ call }: { call: Call }) {
  const { t } = useLingui();
  const current = useCallRecording(call);
  const isUser = useValue(session, (each) => each.state === 'in' && each.me.role === 'user');
  if (!current) return null;
  const { id, now } = current;
  if (now.state === 'asking' || now.state === 'announced') {
    return <RoundButton icon={IconPlayerRecord} label={t`Requesting…`} disabled onClick={() => undefined} />;
  }
  if (now.state === 'none') {
    if (!now.allowed) return null;
    return (
      <RoundButton icon={IconPlayerRecord} label={t`Record`} onClick={() => void recording.request(id, 'recording')} />
    );
  }
  // Automatic recordings can be stopped by administrators only, others by the participant who started them.
  if (!now.directs || (now.automatic && isUser)) return null;
  return (
    <RoundButton
      icon={IconPlayerStop}
      kind="recorded"
      label={t`Stop recording`}
      onClick={() => void recording.request(id, 'stopped')}
    />
  );
}
