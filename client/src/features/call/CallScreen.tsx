import { FocusTrap } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { pictureRotation } from '~/media/sensors';
import { useValue } from '~/core/store';
import { deviceLayout } from '~/media/sensors';
import { VideoElement } from '~/design/VideoElement';
import { RoomCaptions } from '~/features/captions';
import { MeetingStage, NO_MEETING } from '~/features/meeting';
import type { Call } from '~/sip';
import { Controls } from './Controls';
import { useCallKeys } from './call-keys';
import { PermissionNotices } from './PermissionNotices';
import { callView, isSheetOpen, remoteVideoElement, showCall } from './model';
import { RecordingBanner } from './RecordingBanner';
import { CallStatus } from './CallStatus';
import { CallErrors } from './CallErrors';
import { MeetingNotices } from './MeetingNotices';
import { OtherCall } from './OtherCall';
import { OwnVideo } from './OwnVideo';
import { useFading } from './useFading';
import { useRemoteParty } from './useRemoteParty';
import { useShownMeeting } from './useShownMeeting';
import { RoomNotices } from './RoomNotices';
import { RemoteParty } from './RemoteParty';
import { RemoteVideo } from './RemoteVideo';
import css from './screen.module.css';
import videoCss from './video.module.css';

/** The call in full screen. */
export function CallScreen({ call, other }: { call: Call; other?: Call }) {
  const { t } = useLingui();
  const state = useValue(call.state);
  const keypad = useValue(callView, (each) => each.keypad);
  const rotation = useValue(pictureRotation);
  const layout = useValue(deviceLayout);
  const { title } = useRemoteParty(call);
  useCallKeys(call);
  const sheet = useValue(callView, isSheetOpen);
  const { faded, onClickCapture } = useFading(state.remoteVideo !== undefined && !keypad && !sheet);
  const { meeting, room, shown: meets } = useShownMeeting(call);
  const ownCamera = useValue(meeting?.state ?? NO_MEETING, (each) => each.own.camera);
  const shownVideo = state.remoteVideo ?? state.localVideo ?? meets;
  return (
    <FocusTrap active>
      <section
        className={css.screen}
        data-call
        data-video={shownVideo ? '' : undefined}
        data-faded={faded || undefined}
        onClickCapture={onClickCapture}
        data-landscape={layout === 'landscape' || undefined}
        data-rotation={rotation || undefined}
        role="dialog"
        aria-label={t`Call with ${title}`}
      >
        {state.remoteVideo && (
          <RemoteVideo stream={state.remoteVideo} label={t`${title}, live`} elementRef={keepVideoElement} />
        )}
        {state.localVideo &&
          (state.remoteVideo ? (
            <OwnVideo stream={state.localVideo} />
          ) : (
            <VideoElement
              stream={state.localVideo}
              label={t`Your video`}
              className={videoCss.localVideoLarge}
              mirrored
            />
          ))}
        <div className={css.top}>
          <button
            type="button"
            className={css.minimise}
            aria-label={t`Minimize call`}
            onClick={() => showCall({ minimised: true })}
          >
            <IconChevronDown aria-hidden />
          </button>
          <CallStatus call={call} />
        </div>
        <RemoteParty call={call} compact={Boolean(shownVideo) || keypad} />
        {meets && meeting && <MeetingStage room={room!} meeting={meeting} />}
        {room && <RoomCaptions room={room} answer={(agrees) => call.sendDtmf(agrees ? '1' : '2')} />}
        {meets && ownCamera && <OwnVideo stream={ownCamera} />}
        <RecordingBanner call={call} />
        <PermissionNotices call={call} />
        <CallErrors call={call} />
        {room && <RoomNotices room={room} />}
        {meeting && <MeetingNotices meeting={meeting} />}
        {other && <OtherCall call={other} />}
        <Controls call={call} />
      </section>
    </FocusTrap>
  );
}

function keepVideoElement(element: HTMLVideoElement | null): void {
  remoteVideoElement.setState(() => element ?? undefined);
}
