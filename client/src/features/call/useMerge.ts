import { phone, type Call } from '~/sip';
import { tryCallAction } from './call-error';
import { showCall } from './model';
import { createConference } from './server-calls';
import { useRoom } from './useRoom';
import { useServerCall } from './useServerCall';

/**
 * Brings the parties of two calls and the user together: in the conference that one of the calls is (`joins`), else in a
 * new one. `merge` is undefined while that is impossible.
 */
export function useMerge(call: Call, other: Call): { joins: boolean; merge?: () => Promise<void> } {
  const ids = [useServerCall(call).serverCall?.id ?? '', useServerCall(other).serverCall?.id ?? ''];
  const rooms = [useRoom(call)?.id, useRoom(other)?.id];
  const room = rooms[0] ?? rooms[1];
  const joins = room !== undefined;
  if (!ids.every(Boolean) || rooms.every(Boolean)) return { joins };
  const merge = async () => {
    const moved = room ? ids.filter((_, at) => rooms[at] !== room) : ids;
    if (!(await tryCallAction(() => createConference(moved, room)))) return;
    if (rooms[1]) await phone.swapTo(other);
    showCall({ roster: true });
  };
  return { joins, merge };
}
