import { useEffect } from 'react';
import type { Room } from '~/api';
import { useValue } from '~/kernel/store';
import { findRoom, roomOf, rooms } from '~/rooms/meetings';
import type { Call } from '~/sip';
import { useServed } from './useServed';

/** The conference room a call is in: one that was called, or one that was made of it. */
export function useRoom(call: Call): Room | undefined {
  const id = useServed(call).served?.room ?? '';
  const room = useValue(rooms, (each) => roomOf(each, id));
  useEffect(() => {
    if (id) void findRoom(id);
  }, [id]);
  return room;
}
