import { Drawer, UnstyledButton } from '@mantine/core';
import {
  IconAntennaBars5,
  IconDialpad,
  IconInfoCircle,
  IconMessage,
  IconParking,
  IconPhoneOutgoing,
  IconPhonePlus,
  IconPictureInPicture,
  IconPlayerPause,
  IconPlayerRecord,
  IconUsersPlus,
  type Icon,
} from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useChatAllowed } from '~/api/session';
import { useValue } from '~/core/store';
import { useLayer } from '~/design/layers';
import { supportsPictureInPicture, togglePictureInPicture } from '~/media/screen';
import { useOpenChat } from '~/features/chat';
import { colleagues } from '~/features/directory';
import { useCode } from '~/features/feature-codes';
import type { Call } from '~/sip';
import { tryCallAction } from './call-error';
import { callView, remoteVideoElement, showCall } from './model';
import { parkCall } from './park';
import { recording } from './recording';
import { createConference } from './server-calls';
import { useAddCall } from './useAddCall';
import { useMerge } from './useMerge';
import { useOtherCall } from './useOtherCall';
import { useRemoteParty } from './useRemoteParty';
import { useRoom } from './useRoom';
import { useShownMeeting } from './useShownMeeting';
import { useCallRecording, useServerCall } from './useServerCall';
import css from './more-sheet.module.css';

/** The less frequent actions of a call. */
export function MoreSheet({ call }: { call: Call }) {
  const { t } = useLingui();
  const opened = useValue(callView, (each) => each.more);
  const dismiss = useLayer(opened, close);
  return (
    <Drawer
      opened={opened}
      onClose={dismiss}
      position="bottom"
      size="auto"
      title={t`More`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={400}
    >
      <Actions call={call} />
    </Drawer>
  );
}

function close(): void {
  showCall({ more: false });
}

function Actions({ call }: { call: Call }) {
  const { t } = useLingui();
  const { phase } = useValue(call.state);
  return (
    <div className={css.actions}>
      {phase === 'talking' && <Action icon={IconPlayerPause} label={t`Hold`} onClick={() => void call.hold()} />}
      <VideoActions call={call} />
      <RecordAction call={call} />
      <PartyActions call={call} />
      <MessageAction call={call} />
      <ConnectionAction call={call} />
      <Action icon={IconInfoCircle} label={t`Details`} onClick={() => showCall({ statistics: true })} />
    </div>
  );
}

/** Where the call goes: transfer, park, conference. None of them applies to a conference room. */
function PartyActions({ call }: { call: Call }) {
  const { t } = useLingui();
  const { phase, transfer } = useValue(call.state);
  const { serverCall } = useServerCall(call);
  const { title } = useRemoteParty(call);
  const navigate = useNavigate();
  const room = useRoom(call);
  const parking = useCode('park') !== '';
  const other = useOtherCall(call);
  if (room) return other ? <MergeAction call={call} other={other} /> : null;
  const ready = call.answered && transfer === undefined;
  const known = ready && phase === 'talking' && serverCall;
  const parkAndLeave = async (id: string) => {
    if (!(await tryCallAction(() => parkCall(call, id, title)))) return;
    showCall({ minimised: true });
    void navigate({ to: '/calls' });
  };
  const create = async (id: string) => {
    if (await tryCallAction(() => createConference([id]))) showCall({ roster: true });
  };
  return (
    <>
      {!other && (
        <Action
          icon={IconPhoneOutgoing}
          label={t`Transfer`}
          disabled={!call.answered || transfer === 'asked' || transfer === 'rings'}
          onClick={() => showCall({ transfer: true })}
        />
      )}
      {parking && (
        <Action
          icon={IconParking}
          label={t`Park`}
          disabled={!known}
          onClick={() => known && void parkAndLeave(known.id)}
        />
      )}
      {other ? (
        <MergeAction call={call} other={other} />
      ) : (
        <Action
          icon={IconUsersPlus}
          label={t`Conference`}
          disabled={!known}
          onClick={() => known && void create(known.id)}
        />
      )}
    </>
  );
}

function MergeAction({ call, other }: { call: Call; other: Call }) {
  const { t } = useLingui();
  const { joins, allowed, merge } = useMerge(call, other);
  if (!allowed) return null;
  return (
    <Action
      icon={IconUsersPlus}
      label={joins ? t`Add to conference` : t`Conference with both`}
      disabled={!merge}
      onClick={() => void merge?.()}
    />
  );
}

/** Opens the conversation with a colleague. The call goes on. */
function MessageAction({ call }: { call: Call }) {
  const { t } = useLingui();
  const { number } = useRemoteParty(call);
  const allowed = useChatAllowed();
  const openChat = useOpenChat();
  if (!allowed || !number || !colleagues.withNumber(number)) return null;
  const open = async () => {
    if (await openChat([number])) showCall({ minimised: true, more: false });
  };
  return <Action icon={IconMessage} label={t`Send a message`} onClick={() => void open()} />;
}

/** Actions for which the row of buttons of a video call has no room. */
function VideoActions({ call }: { call: Call }) {
  const { t } = useLingui();
  const { localVideo, remoteVideo } = useValue(call.state);
  const element = useValue(remoteVideoElement);
  const addCall = useAddCall();
  if (!localVideo && !remoteVideo) return null;
  return (
    <>
      <Action icon={IconDialpad} label={t`Keypad`} onClick={() => showCall({ keypad: true })} />
      <Action icon={IconPhonePlus} label={t`Add call`} onClick={addCall} />
      {element && supportsPictureInPicture() && (
        <Action
          icon={IconPictureInPicture}
          label={t`Picture in picture`}
          onClick={() => void togglePictureInPicture(element)}
        />
      )}
    </>
  );
}

/** Starts a recording where that is allowed; the banner shows its state and ends it. */
function RecordAction({ call }: { call: Call }) {
  const { t } = useLingui();
  const current = useCallRecording(call);
  if (current?.now.state !== 'none' || !current.now.allowed) return null;
  return (
    <Action icon={IconPlayerRecord} label={t`Record`} onClick={() => void recording.request(current.id, 'recording')} />
  );
}

/** The connections of a meeting, by participant. */
function ConnectionAction({ call }: { call: Call }) {
  const { t } = useLingui();
  const { meeting } = useShownMeeting(call);
  if (!meeting) return null;
  return (
    <Action icon={IconAntennaBars5} label={t`Connection quality`} onClick={() => showCall({ connections: true })} />
  );
}

interface ActionProps {
  icon: Icon;
  label: string;
  disabled?: boolean;
  onClick: () => void;
}

function Action({ icon: ActionIcon, label, disabled, onClick }: ActionProps) {
  const run = () => {
    close();
    onClick();
  };
  return (
    <UnstyledButton className={css.action} disabled={disabled} onClick={run}>
      <ActionIcon size={24} stroke={1.75} aria-hidden />
      {label}
    </UnstyledButton>
  );
}
