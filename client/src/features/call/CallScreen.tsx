import { FocusTrap } from '@mantine/core';
import { IconArrowsExchange, IconChevronDown } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useElapsed } from '~/design/useElapsed';
import { pictureRotation } from '~/media/sensors';
import { useValue } from '~/core/store';
import { deviceLayout } from '~/media/sensors';
import { Faces } from '~/features/conferences';
import { phone, type Call, type Phase } from '~/sip';
import { Controls } from './Controls';
import { useCallKeys } from './call-keys';
import { PermissionNotices } from './PermissionNotices';
import { callView, initials, isSheetOpen, remoteVideoElement, showCall } from './model';
import { RecordingBanner } from './RecordingBanner';
import { CallStatus } from './CallStatus';
import { CallErrors } from './CallErrors';
import { ConnectedNotice } from './ConnectedNotice';
import { useRemoteParty } from './useRemoteParty';
import { OwnVideo } from './OwnVideo';
import { useFading } from './useFading';
import { useRoom } from './useRoom';
import { RemoteVideo, Video } from './Video';
import { callStatus } from './messages';
import css from './screen.module.css';
import videoCss from './video.module.css';
import remotePartyCss from './remote-party.module.css';
import otherCallCss from './other-call.module.css';

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
  const shownVideo = state.remoteVideo ?? state.localVideo;
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
            <Video stream={state.localVideo} label={t`Your video`} className={videoCss.localVideoLarge} mirrored />
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
        <RecordingBanner call={call} />
        <PermissionNotices call={call} />
        <CallErrors call={call} />
        {other && <OtherCall call={other} />}
        <Controls call={call} />
      </section>
    </FocusTrap>
  );
}

function keepVideoElement(element: HTMLVideoElement | null): void {
  remoteVideoElement.setState(() => element ?? undefined);
}

function RemoteParty({ call, compact }: { call: Call; compact: boolean }) {
  const { t } = useLingui();
  const state = useValue(call.state);
  const { title, number } = useRemoteParty(call);
  const clock = useElapsed(state.phase === 'ended' ? undefined : state.since);
  const connected = useValue(phone.state, (each) => each.line === 'ready');
  const status = callStatus(state, connected);
  const room = useRoom(call);
  const avatar = (
    <div className={remotePartyCss.avatar} aria-hidden data-ringing={state.phase === 'ringing' || undefined}>
      {initials(title) || '#'}
    </div>
  );
  return (
    <div className={remotePartyCss.remoteParty} data-party data-compact={compact || undefined}>
      {!compact && (room ? <Faces room={room.id} fallback={avatar} /> : avatar)}
      {/* Focus the title, not a button: Space mutes. */}
      <h2 className={remotePartyCss.title} tabIndex={-1} data-autofocus>
        {title}
      </h2>
      {number && !compact && <p className={remotePartyCss.number}>{number}</p>}
      <p className={remotePartyCss.state} role="status">
        {status ? t(status) : clock}
      </p>
      {status && clock && <p className={remotePartyCss.clock}>{clock}</p>}
      <ConnectedNotice call={call} />
    </div>
  );
}

/** The second call, switched to with a tap. */
function OtherCall({ call }: { call: Call }) {
  const { t } = useLingui();
  const { title } = useRemoteParty(call);
  const phase = useValue(call.state, (each) => each.phase);
  return (
    <button type="button" className={otherCallCss.otherCall} aria-live="polite" onClick={() => void phone.swapTo(call)}>
      <span>{otherCallText(phase, title)}</span>
      <span className={otherCallCss.swap}>
        <IconArrowsExchange size={18} aria-hidden />
        {t`Swap`}
      </span>
    </button>
  );
}

function otherCallText(phase: Phase, title: string) {
  if (phase === 'held') return <Trans>On hold: {title}</Trans>;
  if (phase === 'calling' || phase === 'ringing') return <Trans>Ringing: {title}</Trans>;
  return <Trans>Also: {title}</Trans>;
}
