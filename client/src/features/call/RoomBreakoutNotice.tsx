import type { Participant } from '~/api';
import { useValue } from '~/core/store';
import { useBreakouts, useIsHost, type BreakoutRooms, type Roster } from '~/features/conferences';
import { BreakoutNotice } from './BreakoutNotice';

/** The notice about breakout rooms for the members of a room. */
export function RoomBreakoutNotice({ room, roster }: { room: string; roster: Roster }) {
  const breakouts = useBreakouts(room);
  return breakouts ? <Notice room={room} roster={roster} breakouts={breakouts} /> : null;
}

function Notice({ room, roster, breakouts }: { room: string; roster: Roster; breakouts: BreakoutRooms }) {
  const { participants } = useValue(roster.state);
  const { main, rooms, waiting, text, endsAt } = useValue(breakouts.state);
  const isHost = useIsHost(participants);
  const own = participants?.find((each) => each.own);
  if (!main || !own || rooms.length === 0) return null;
  const asks = (each: Participant) => each.hand && !each.own;
  const asking = rooms
    .filter((each) => each.id !== room)
    .flatMap((each) => each.participants.filter(asks).map((one) => `${one.name || one.number} (${each.name})`));
  return (
    <BreakoutNotice
      name={rooms.find((each) => each.id === room)?.name}
      text={text}
      endsAt={endsAt}
      asking={isHost ? asking : []}
      waiting={isHost && room !== main.id ? waiting : 0} // in the main room there is a notice with their names
      admit={() => void breakouts.admitAll()}
      back={() => void breakouts.move(own.id, main.id)}
      ask={isHost || own.hand ? undefined : () => void roster.change(own.id, { hand: true })}
    />
  );
}
