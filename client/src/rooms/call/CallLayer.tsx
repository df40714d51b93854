import { VisuallyHidden } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { lazy, Suspense, useEffect } from 'react';
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

const TransferSheet = lazy(() => import('./TransferSheet'));
const RosterSheet = lazy(() => import('~/rooms/meetings').then((each) => each.loadRosterSheet()));

/** Calls, above whatever else is on the screen. */
export default function CallLayer() {
  const { calls, active } = useValue(phone.state);
  const minimised = useValue(callView, (each) => each.minimised);
  useEffect(() => {
    phone.start();
    void colleagues.open();
  }, []);
  const now = shown(calls, active);
  useAlone(Boolean(now.active ? !minimised : now.ringing));
  return (
    <>
      <div aria-live="assertive">{now.ringing && <Announcement call={now.ringing} />}</div>
      {now.active && (minimised ? <Bar call={now.active} /> : <CallScreen call={now.active} other={now.other} />)}
      {now.ringing && <Incoming call={now.ringing} beside={Boolean(now.active)} />}
      {now.active && <Devices />}
      {now.active && <RoomOf call={now.active} />}
      {now.active?.answered && (
        <Suspense>
          <TransferSheet call={now.active} />
        </Suspense>
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
