import {
  IconCameraRotate,
  IconDialpad,
  IconDots,
  IconGridDots,
  IconMoodSmile,
  IconPhoneOff,
  IconPhonePlus,
  IconPlayerPlay,
  IconPlugConnected,
  IconScreenShare,
  IconScreenShareOff,
  IconUsersGroup,
  IconUsersPlus,
  IconVideo,
  IconVideoOff,
  IconVolume,
} from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { nextCamera, supportsScreenSharing } from '~/media/capture';
import { devices, watchDevices } from '~/media/devices';
import { useRoster, type Roster } from '~/features/conferences';
import { NO_MEETING, ReactionMenu, type Meeting } from '~/features/meeting';
import { phone, type Call } from '~/sip';
import { EndedControls } from './EndedControls';
import { Keypad } from './Keypad';
import { callView, showCall } from './model';
import { MuteButton } from './MuteButton';
import { RoundButton } from './RoundButton';
import { useAddCall } from './useAddCall';
import { useMerge } from './useMerge';
import { useOtherCall } from './useOtherCall';
import { useRoom } from './useRoom';
import { useShownMeeting } from './useShownMeeting';
import css from './controls.module.css';

/** Call controls, within thumb reach: a grid of six, or one row during video. */
export function Controls({ call }: { call: Call }) {
  const { t } = useLingui();
  const state = useValue(call.state);
  const keypad = useValue(callView, (each) => each.keypad);
  const { meeting, shown } = useShownMeeting(call);
  const room = useRoom(call);
  if (state.phase === 'ended') return <EndedControls call={call} />;
  const shownVideo = Boolean(state.remoteVideo ?? state.localVideo) || shown;
  if (keypad && call.answered) return <KeypadControls call={call} />;
  return (
    <div className={css.controls} data-controls data-row={shownVideo || undefined} data-room={room ? '' : undefined}>
      <div className={css.grid} data-grid>
        <MicrophoneButton call={call} />
        {!shownVideo && (
          <RoundButton
            icon={IconDialpad}
            label={t`Keypad`}
            disabled={!call.answered}
            onClick={() => showCall({ keypad: true })}
          />
        )}
        <RoundButton icon={IconVolume} label={t`Audio`} onClick={() => showCall({ devices: true })} />
        {!state.voicemail && (
          <>
            <PartyButton call={call} shownVideo={shownVideo} />
            {room ? <MeetingButtons call={call} meeting={meeting} /> : <VideoButton call={call} />}
            {room && <ReactionButton room={room.id} />}
            {!room && state.camera === 'on' && <FlipButton onClick={() => void call.switchCamera()} />}
            <RoundButton
              icon={IconDots}
              label={t`More`}
              disabled={!call.answered}
              onClick={() => showCall({ more: true })}
            />
          </>
        )}
      </div>
      <HangUp call={call} large={!shownVideo} />
    </div>
  );
}

function KeypadControls({ call }: { call: Call }) {
  const { t } = useLingui();
  return (
    <div className={css.controls} data-controls>
      <div className={css.keypad}>
        <Keypad onPress={(key) => call.sendDtmf(key)} audible />
      </div>
      <div className={css.bottom}>
        <HangUp call={call} large />
        <RoundButton icon={IconGridDots} label={t`Hide`} onClick={() => showCall({ keypad: false })} />
      </div>
    </div>
  );
}

function HangUp({ call, large }: { call: Call; large: boolean }) {
  const { t } = useLingui();
  return <RoundButton large={large} icon={IconPhoneOff} kind="end" label={t`Hang up`} onClick={() => call.hangUp()} />;
}

/** Mute, or resume while the call is on hold: then nothing is heard anyway. */
function MicrophoneButton({ call }: { call: Call }) {
  const { t } = useLingui();
  const phase = useValue(call.state, (each) => each.phase);
  if (phase === 'held') {
    return <RoundButton withheld icon={IconPlayerPlay} label={t`Resume`} onClick={() => void phone.swapTo(call)} />;
  }
  return <MuteButton call={call} />;
}

/** The participants of a room; otherwise a second call, or the connection of two. */
function PartyButton({ call, shownVideo }: { call: Call; shownVideo: boolean }) {
  const { t } = useLingui();
  const room = useRoom(call);
  const addCall = useAddCall();
  const other = useOtherCall(call);
  if (room) {
    return <RoundButton icon={IconUsersGroup} label={t`Participants`} onClick={() => showCall({ roster: true })} />;
  }
  if (other) return <BothButton call={call} other={other} />;
  if (shownVideo) return null;
  return <RoundButton icon={IconPhonePlus} label={t`Add call`} disabled={!call.answered} onClick={addCall} />;
}

/** Connects two calls and leaves them, or takes a call into the conference of the user that the other one is. */
function BothButton({ call, other }: { call: Call; other: Call }) {
  const { t } = useLingui();
  const transfer = useValue(call.state, (each) => each.transfer);
  const { joins, allowed, merge } = useMerge(call, other);
  return joins && allowed ? (
    <RoundButton icon={IconUsersPlus} label={t`Add to conference`} disabled={!merge} onClick={() => void merge?.()} />
  ) : (
    <RoundButton
      icon={IconPlugConnected}
      label={t`Connect both`}
      disabled={!call.answered || transfer === 'asked' || transfer === 'rings'}
      onClick={() => call.transfer(other)}
    />
  );
}

function VideoButton({ call }: { call: Call }) {
  const { t } = useLingui();
  const { camera, phase, remoteVideo } = useValue(call.state);
  const on = camera === 'on';
  return (
    <RoundButton
      withheld={!on && Boolean(remoteVideo)}
      icon={on ? IconVideo : IconVideoOff}
      label={on ? t`Stop video` : t`Video`}
      disabled={!call.answered || phase === 'held' || camera === 'starting'}
      onClick={() => void call.setVideo(!on)}
    />
  );
}

/** The hand and the reactions of the user in a conference. */
function ReactionButton({ room }: { room: string }) {
  const roster = useRoster(room);
  return roster ? <RosterReactions roster={roster} /> : null;
}

function RosterReactions({ roster }: { roster: Roster }) {
  const { t } = useLingui();
  const own = useValue(roster.state, (each) => each.participants?.find((one) => one.own));
  if (!own) return null;
  return (
    <ReactionMenu own={own} change={(change) => void roster.change(own.id, change)}>
      <RoundButton withheld={own.hand} icon={IconMoodSmile} label={t`React`} />
    </ReactionMenu>
  );
}

/** Camera and screen of the user in a conference. */
function MeetingButtons({ call, meeting }: { call: Call; meeting?: Meeting }) {
  const { t } = useLingui();
  const { camera, screen, own, videos } = useValue(meeting?.state ?? NO_MEETING);
  const phase = useValue(call.state, (each) => each.phase);
  const disabled = !meeting || phase === 'held';
  const on = Boolean(own.camera);
  return (
    <>
      <RoundButton
        withheld={!on && Boolean(videos?.length)}
        icon={on ? IconVideo : IconVideoOff}
        label={on ? t`Stop video` : t`Video`}
        disabled={disabled || (camera === 'starting' && !on)}
        onClick={() => void meeting?.send('camera', !on)}
      />
      {on && meeting && <FlipButton onClick={() => void meeting.switchCamera(nextCamera)} />}
      {supportsScreenSharing() && (
        <RoundButton
          icon={own.screen ? IconScreenShareOff : IconScreenShare}
          label={own.screen ? t`Stop sharing` : t`Share screen`}
          disabled={disabled || (screen === 'starting' && !own.screen)}
          onClick={() => void meeting?.send('screen', !own.screen)}
        />
      )}
    </>
  );
}

/** Switches to the other camera, where there is one. */
function FlipButton({ onClick }: { onClick: () => void }) {
  const { t } = useLingui();
  const { cameras } = useValue(devices);
  useEffect(() => watchDevices(), []);
  if (cameras.length < 2) return null;
  return <RoundButton icon={IconCameraRotate} label={t`Flip`} onClick={onClick} />;
}
