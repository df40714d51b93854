import { Trans } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import { useValue } from '~/core/store';
import { Lobby, useIsHost, useRoster, type Roster } from '~/features/conferences';
import { Signals } from '~/features/meeting';
import { playTone } from '~/media/tones';
import { RoomBreakoutNotice } from './RoomBreakoutNotice';
import css from './notice.module.css';

/** How long the tone of a new guest sounds, milliseconds. */
const TONE_MS = 700;

/** Raised hands and reactions in a room, its breakout rooms, and for hosts the lobby. */
export function RoomNotices({ room }: { room: string }) {
  const roster = useRoster(room);
  if (!roster) return null;
  return (
    <>
      <RoomSignals roster={roster} />
      <RoomBreakoutNotice room={room} roster={roster} />
      <OwnWaiting roster={roster} />
      <LobbyNotice roster={roster} />
    </>
  );
}

function RoomSignals({ roster }: { roster: Roster }) {
  const participants = useValue(roster.state, (each) => each.participants);
  return <Signals participants={participants ?? []} />;
}

/** Says that the user waits in the lobby. */
function OwnWaiting({ roster }: { roster: Roster }) {
  const waiting = useValue(roster.state, (each) => each.participants?.some((one) => one.own && one.state === 'lobby'));
  return (
    <div role="status">
      {waiting && (
        <p className={css.notice} data-notice>
          <Trans>Please wait: a host will let you in.</Trans>
        </p>
      )}
    </div>
  );
}

/** Shows hosts who is in the lobby, with a tone for each new guest. */
function LobbyNotice({ roster }: { roster: Roster }) {
  const { participants = [] } = useValue(roster.state);
  const isHost = useIsHost(participants);
  const waiting = isHost ? participants.filter((each) => each.state === 'lobby').length : 0;
  const before = useRef(0);
  useEffect(() => {
    const more = waiting > before.current;
    before.current = waiting;
    if (!more) return;
    const stop = playTone('pickup');
    setTimeout(stop, TONE_MS);
  }, [waiting]);
  if (waiting === 0) return null;
  return (
    <div className={css.notice} data-notice>
      <Lobby roster={roster} />
    </div>
  );
}
