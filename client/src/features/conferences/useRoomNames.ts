import { useEffect, useMemo } from 'react';
import { useValue } from '~/core/store';
import { refreshRooms, rooms } from './rooms';

/** Names of the conference rooms by number; loaded on first use. */
export function useRoomNames(): ReadonlyMap<string, string> {
  const list = useValue(rooms, (each) => each.rooms);
  useEffect(() => {
    if (!rooms.state.rooms) void refreshRooms();
  }, []);
  return useMemo(
    () => new Map(list?.filter((each) => each.number).map((each) => [each.number, each.name || each.number])),
    [list],
  );
}
