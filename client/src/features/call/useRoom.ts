import { useEffect } from 'react';
import type { Room } from '~/api';
import { useValue } from '~/core/store';
import { ensureRoom, roomById, rooms } from '~/features/conferences';
import type { Call } from '~/sip';
import { useServerCall } from './useServerCall';

/** The conference room of a call: dialled, or created from the call. */
export function useRoom(call: Call): Room | undefined {
  const id = useServerCall(call).serverCall?.room ?? '';
  const room = useValue(rooms, (each) => roomById(each, id));
  useEffect(() => {
    if (id) void ensureRoom(id);
  }, [id]);
  return room;
}
