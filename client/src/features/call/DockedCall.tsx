import { UnstyledButton } from '@mantine/core';
import {
  IconArrowsMaximize,
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  type Icon,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Avatar } from '~/design/Avatar';
import { useNumberDrop } from '~/design/number-drag';
import { useValue } from '~/core/store';
import { phone, type Call } from '~/sip';
import { CallErrors } from './CallErrors';
import { CallStatus } from './CallStatus';
import { ConnectedNotice } from './ConnectedNotice';
import { OtherCall } from './OtherCall';
import { PermissionNotices } from './PermissionNotices';
import { RecordingBanner } from './RecordingBanner';
import { VideoTile } from './VideoTile';
import { showCall } from './model';
import { useCallStatus } from './useCallStatus';
import { useEndedActions } from './useEndedActions';
import { useRemoteParty } from './useRemoteParty';
import css from './docked-call.module.css';

/** The call as a card below the list of a wide window, which stays usable. */
export function DockedCall({ call, other }: { call: Call; other?: Call }) {
  const { t } = useLingui();
  const { phase, remoteVideo } = useValue(call.state);
  const { title } = useRemoteParty(call);
  const { status, clock } = useCallStatus(call);
  const { over, properties } = useNumberDrop((transferTo) => showCall({ transfer: call.answered, transferTo }));
  return (
    <section
      className={css.dock}
      data-docked
      data-over={(over && call.answered) || undefined}
      role="region"
      aria-label={t`Call with ${title}`}
      {...properties}
    >
      <RecordingBanner call={call} />
      <PermissionNotices call={call} />
      <CallErrors call={call} />
      {other && <OtherCall call={other} />}
      <div className={css.head}>
        <Avatar name={title} of={call.number} size={40} />
        <div className={css.party}>
          <h2 className={css.title}>{title}</h2>
          <p className={css.line}>
            <span role="status">{over && call.answered ? t`Drop to transfer` : status}</span>
            {status && clock && ' · '}
            {clock}
          </p>
          <ConnectedNotice call={call} />
        </div>
        <CallStatus call={call} />
      </div>
      {phase === 'ended' ? <EndedButtons call={call} /> : <Buttons call={call} />}
      {remoteVideo && <VideoTile stream={remoteVideo} title={title} />}
    </section>
  );
}

function Buttons({ call }: { call: Call }) {
  const { t } = useLingui();
  const { muted, phase } = useValue(call.state);
  const held = phase === 'held';
  return (
    <div className={css.buttons}>
      <IconButton
        icon={muted ? IconMicrophoneOff : IconMicrophone}
        label={muted ? t`Unmute` : t`Mute`}
        withheld={muted}
        onClick={() => call.mute()}
      />
      <IconButton
        icon={held ? IconPlayerPlay : IconPlayerPause}
        label={held ? t`Resume` : t`Hold`}
        withheld={held}
        disabled={!call.answered}
        onClick={() => void (held ? phone.swapTo(call) : call.hold())}
      />
      <IconButton
        icon={IconDialpad}
        label={t`Keypad`}
        disabled={!call.answered}
        onClick={() => showCall({ minimised: false, keypad: true })}
      />
      <IconButton icon={IconArrowsMaximize} label={t`Enlarge call`} onClick={() => showCall({ minimised: false })} />
      <UnstyledButton className={css.end} onClick={() => call.hangUp()}>
        <IconPhoneOff size={20} aria-hidden />
        <Trans>Hang up</Trans>
      </UnstyledButton>
    </div>
  );
}

function EndedButtons({ call }: { call: Call }) {
  return (
    <div className={css.buttons}>
      {useEndedActions(call).map(({ icon: Shape, label, kind, run }) => (
        <UnstyledButton key={label} className={css.action} data-kind={kind} onClick={run}>
          <Shape size={20} aria-hidden />
          {label}
        </UnstyledButton>
      ))}
    </div>
  );
}

interface IconButtonProps {
  icon: Icon;
  label: string;
  /** Something is withheld from the remote party. */
  withheld?: boolean;
  disabled?: boolean;
  onClick: () => void;
}

function IconButton({ icon: Shape, label, withheld, disabled, onClick }: IconButtonProps) {
  return (
    <UnstyledButton
      className={css.icon}
      data-withheld={withheld || undefined}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Shape size={20} aria-hidden />
    </UnstyledButton>
  );
}
