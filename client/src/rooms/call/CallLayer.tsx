import { VisuallyHidden } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { lazy, Suspense, useEffect } from 'react';
import { Contained } from '~/design/Contained';
import { useValue } from '~/kernel/store';
import { colleagues } from '~/rooms/directory';
import { phone, type Call } from '~/sip';
import { Bar } from './Bar';
import { CallScreen } from './CallScreen';
import { Devices } from './Devices';
import { Ear } from './Ear';
import { Incoming } from './Incoming';
import { callView, showCall, shown } from './model';
import { useAlone } from './useAlone';
import { useParty } from './useParty';
import { useRoom } from './useRoom';
import { useLookedFor } from './useServed';

const loadTransferSheet = () => import('./TransferSheet');
const loadRosterSheet = () => import('~/rooms/meetings').then((each) => each.loadRosterSheet());
const TransferSheet = lazy(loadTransferSheet);
const RosterSheet = lazy(loadRosterSheet);

interface CallLayerProps {
  /** Calls may begin here; what goes on is drawn in any case. */
  reachable: boolean;
}

/** Calls, above whatever else is on the screen. Whatever fails, a call can be hung up. */
export default function CallLayer({ reachable }: CallLayerProps) {
  const { calls, active } = useValue(phone.state);
  const minimised = useValue(callView, (each) => each.minimised);
  useEffect(() => {
    if (!reachable) return;
    phone.start();
    void colleagues.open();
    // During a call a newer client may have taken the place of this one, and then they are not to be had any more.
    for (const load of [loadTransferSheet, loadRosterSheet]) load().catch(() => undefined);
  }, [reachable]);
  const now = shown(calls, active);
  useAlone(Boolean(now.active ? !minimised : now.ringing));
  return (
    <>
      <div aria-live="assertive">{now.ringing && <Announcement call={now.ringing} />}</div>
      {now.active && (
        <Contained
          again={`${now.active.id} ${minimised}`}
          failed={() => showCall({ minimised: true })}
          instead={<Bar call={now.active} />}
        >
          {minimised ? <Bar call={now.active} /> : <CallScreen call={now.active} other={now.other} />}
        </Contained>
      )}
      {now.ringing && (
        <Contained again={now.ringing.id} instead={<Bar call={now.ringing} />}>
          <Incoming call={now.ringing} beside={Boolean(now.active)} />
        </Contained>
      )}
      {now.active && (
        <Contained again={now.active.id}>
          <Devices />
          <RoomOf call={now.active} />
          {now.active.answered && (
            <Suspense>
              <TransferSheet call={now.active} />
            </Suspense>
          )}
        </Contained>
      )}
      {now.active && <Ear call={now.active} />}
    </>
  );
}

/** Who is in the room, if it is one that was called. */
function RoomOf({ call }: { call: Call }) {
  const { t } = useLingui();
  useLookedFor(call);
  const room = useRoom(call);
  const opened = useValue(callView, (each) => each.roster);
  if (!room || call.over) return null;
  return (
    <Suspense>
      <RosterSheet
        room={{ id: room.id, name: room.name || room.number || t`the conference` }}
        opened={opened}
        close={() => showCall({ roster: false })}
      />
    </Suspense>
  );
}

function Announcement({ call }: { call: Call }) {
  const { t } = useLingui();
  const { title } = useParty(call);
  return <VisuallyHidden>{t`Call from ${title}`}</VisuallyHidden>;
}
