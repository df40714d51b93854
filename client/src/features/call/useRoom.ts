import { useEffect, useRef } from 'react';
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

/** The room of a call until it ends, also while the server is not reached and its room is not known. */
export function useLastRoom(call: Call, room: string | undefined): string | undefined {
  const matched = useServerCall(call).serverCall !== undefined;
  const ended = useValue(call.state, (each) => each.phase === 'ended');
  const last = useRef<{ call: Call; room?: string }>({ call });
  if (matched || last.current.call !== call) last.current = { call, room };
  return ended ? undefined : (room ?? last.current.room);
}
