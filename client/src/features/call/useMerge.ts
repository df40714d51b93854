import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { phone, type Call } from '~/sip';
import { tryCallAction } from './call-error';
import { showCall } from './model';
import { createConference } from './server-calls';
import { useRoom } from './useRoom';
import { useServerCall } from './useServerCall';

interface Merge {
  /** One of the calls is a conference, which the other party joins; else both become a new one. */
  joins: boolean;
  /** The user hosts the conference or will; only hosts may add participants. */
  allowed: boolean;
  /** Undefined while that is impossible. */
  merge?: () => Promise<void>;
}

/** Brings the parties of two calls and the user together in one conference. */
export function useMerge(call: Call, other: Call): Merge {
  const ids = [useServerCall(call).serverCall?.id ?? '', useServerCall(other).serverCall?.id ?? ''];
  const found = [useRoom(call), useRoom(other)];
  const own = useValue(session, (each) => (each.state === 'in' ? each.me.extensions : undefined));
  const rooms = found.map((each) => each?.id);
  const room = rooms[0] ?? rooms[1];
  const joins = room !== undefined;
  const hosts = (found[0] ?? found[1])?.hosts;
  const allowed = !hosts || (own?.some(({ number }) => hosts.includes(number)) ?? false);
  if (!allowed || !ids.every(Boolean) || rooms.every(Boolean)) return { joins, allowed };
  const merge = async () => {
    const moved = room ? ids.filter((_, at) => rooms[at] !== room) : ids;
    if (!(await tryCallAction(() => createConference(moved, room)))) return;
    if (rooms[1]) await phone.swapTo(other);
    showCall({ roster: true });
  };
  return { joins, allowed, merge };
}
