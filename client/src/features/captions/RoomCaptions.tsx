import { useEffect, useState } from 'react';
import { events } from '~/api/events';
import { useValue } from '~/core/store';
import { useRoster, type Roster } from '~/features/conferences';
import { Captions } from './captions';
import { CaptionStrip } from './CaptionStrip';

interface RoomCaptionsProps {
  room: string;
  /** Answers the question whether one's own words may be shown. */
  answer: (agrees: boolean) => void;
}

/** The captions of the room of a call, while they are on. */
export function RoomCaptions({ room, answer }: RoomCaptionsProps) {
  const roster = useRoster(room);
  return roster ? <Shown room={room} roster={roster} answer={answer} /> : null;
}

function Shown({ room, roster, answer }: RoomCaptionsProps & { roster: Roster }) {
  const { captioned, participants = [] } = useValue(roster.state);
  const [captions] = useState(() => new Captions());
  useEffect(
    () => events.on('caption', (event) => void (event.room === room && captions.handle(event))),
    [room, captions],
  );
  return captioned ? <CaptionStrip captions={captions} participants={participants} answer={answer} /> : null;
}
