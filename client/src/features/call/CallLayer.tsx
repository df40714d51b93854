import { VisuallyHidden } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useLingui } from '@lingui/react/macro';
import { Suspense, useEffect } from 'react';
import { ErrorBoundary } from '~/design/ErrorBoundary';
import { useTwoPanes } from '~/design/Panes';
import { isOwned } from '~/core/device-storage';
import { lazyPart } from '~/core/lazy-part';
import { loadPersistently } from '~/core/persistent-load';
import { useValue } from '~/core/store';
import { colleagues } from '~/features/directory';
import { useMeetingOf } from '~/features/meeting';
import { ReminderAlarm } from '~/features/reminders';
import { phone, type Call } from '~/sip';
import { CallBar } from './CallBar';
import { CallScreen } from './CallScreen';
import { DockedCall } from './DockedCall';
import { DeviceSheet } from './DeviceSheet';
import { ProximityOverlay } from './ProximityOverlay';
import { loadForwardSheet, loadReplySheet } from './other-ways';
import { CARD_QUERY, Incoming } from './Incoming';
import { MoreSheet } from './MoreSheet';
import { callView, showCall, visibleCalls } from './model';
import { useCallHistory } from './useCallHistory';
import { useInertBackground } from './useInertBackground';
import { useRemoteParty } from './useRemoteParty';
import { useLastRoom, useRoom } from './useRoom';
import { useServerCallSync } from './useServerCall';
import { useShownMeeting } from './useShownMeeting';

const loadTransferSheet = () => import('./TransferSheet');
const loadRosterSheet = () => import('~/features/conferences').then((each) => each.loadRosterSheet());
const loadConnectionSheet = () => import('~/features/meeting').then((each) => each.loadConnectionSheet());
const ConnectionSheet = lazyPart(loadConnectionSheet);
const TransferSheet = lazyPart(loadTransferSheet);
const RosterSheet = lazyPart(loadRosterSheet);

interface CallLayerProps {
  /** New calls can be started here; running calls are rendered in any case. */
  reachable: boolean;
}

/** Renders calls above everything else. A call can be hung up even if the rest of the page fails. */
export default function CallLayer({ reachable }: CallLayerProps) {
  const { calls, active } = useValue(phone.state);
  const minimised = useValue(callView, (each) => each.minimised);
  useEffect(() => {
    if (!reachable || !isOwned()) return; // nothing begins while the user leaves
    phone.start();
    void colleagues.open();
    // Preload: a newer version may replace these chunks during a call.
    const sheets = [loadTransferSheet, loadForwardSheet, loadReplySheet, loadRosterSheet, loadConnectionSheet];
    for (const load of sheets) loadPersistently<unknown>(load).catch(() => undefined);
  }, [reachable]);
  const visible = visibleCalls(calls, active);
  useCallHistory(Boolean(visible.active), Boolean(visible.active) && !minimised);
  const card = useMediaQuery(CARD_QUERY, false, { getInitialValueInEffect: false });
  useInertBackground(Boolean(visible.active ? !minimised : visible.ringing && !card));
  return (
    <>
      <div aria-live="assertive">{visible.ringing && <Announcement call={visible.ringing} />}</div>
      {visible.active && (
        <ErrorBoundary
          resetKey={`${visible.active.id} ${minimised}`}
          onError={() => showCall({ minimised: true })}
          fallback={<CallBar call={visible.active} />}
        >
          <Shown call={visible.active} other={visible.other} />
        </ErrorBoundary>
      )}
      {visible.ringing && (
        <ErrorBoundary resetKey={visible.ringing.id} fallback={<CallBar call={visible.ringing} />}>
          <Incoming call={visible.ringing} beside={Boolean(visible.active)} />
        </ErrorBoundary>
      )}
      {visible.active && (
        <ErrorBoundary resetKey={visible.active.id}>
          <DeviceSheet />
          <MoreSheet call={visible.active} />
          <RoomRoster call={visible.active} />
          <RoomConnections call={visible.active} />
          {visible.active.answered && (
            <Suspense>
              <TransferSheet call={visible.active} />
            </Suspense>
          )}
        </ErrorBoundary>
      )}
      <ReminderAlarm />
      {visible.active && <ProximityOverlay call={visible.active} />}
    </>
  );
}

/** The call in full screen, or small: a card where a list stays beside it, else a bar. */
function Shown({ call, other }: { call: Call; other?: Call }) {
  const minimised = useValue(callView, (each) => each.minimised);
  const twoPanes = useTwoPanes();
  if (!minimised) return <CallScreen call={call} other={other} />;
  return twoPanes ? <DockedCall call={call} other={other} /> : <CallBar call={call} />;
}

/** Roster and videos of the conference room of a call. */
function RoomRoster({ call }: { call: Call }) {
  const { t } = useLingui();
  useServerCallSync(call);
  const room = useRoom(call);
  useMeetingOf(useLastRoom(call, room?.id), call);
  const opened = useValue(callView, (each) => each.roster);
  if (!room || call.ended) return null;
  return (
    <Suspense>
      <RosterSheet
        room={{ id: room.id, name: room.name || room.number || t`Conference` }}
        opened={opened}
        close={() => showCall({ roster: false })}
      />
    </Suspense>
  );
}

/** The connections of the conference room of a call. */
function RoomConnections({ call }: { call: Call }) {
  const { room, meeting } = useShownMeeting(call);
  const opened = useValue(callView, (each) => each.connections);
  const sound = useValue(call.state, (each) => each.quality);
  if (!room || !meeting || call.ended) return null;
  return (
    <Suspense>
      <ConnectionSheet
        room={room}
        meeting={meeting}
        sound={sound}
        opened={opened}
        close={() => showCall({ connections: false })}
      />
    </Suspense>
  );
}

function Announcement({ call }: { call: Call }) {
  const { t } = useLingui();
  const { title } = useRemoteParty(call);
  return <VisuallyHidden>{t`Call from ${title}`}</VisuallyHidden>;
}
