import { useEffect, useState } from 'react';
import type { Roster } from './roster';
import { openRoster } from './rooms';

/** The roster of a room, updated while the component is shown; undefined at first. */
export function useRoster(room: string): Roster | undefined {
  const [roster, setRoster] = useState<Roster>();
  useEffect(() => {
    const opened = openRoster(room);
    setRoster(opened.roster);
    return opened.close;
  }, [room]);
  return roster;
}
