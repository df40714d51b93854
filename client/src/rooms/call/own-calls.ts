import { api, type LiveCall } from '~/api';
import { events } from '~/api/events';
import { onLeaving } from '~/api/session';
import { createStore } from '~/kernel/store';

type Numbers = Pick<LiveCall, 'caller' | 'callee'>;

interface Here {
  id: string;
  number: string;
}

/**
 * Which of the server's calls is which of this telephone's: by the other's number, and if one of either is left they
 * are each other's, for whoever was given a call talks with a number that was never dialled here.
 */
export function pairs<S extends Numbers>(here: readonly Here[], served: readonly S[]): Map<string, S> {
  const found = new Map<string, S>();
  const rest = [...served];
  const alone: Here[] = [];
  for (const call of here) {
    const at = rest.findIndex((each) => each.callee === call.number || each.caller === call.number);
    if (at < 0) alone.push(call);
    else found.set(call.id, rest.splice(at, 1)[0]!);
  }
  if (alone.length === 1 && rest.length === 1) found.set(alone[0]!.id, rest[0]!);
  return found;
}

/** As the server knows one's own calls: those of this telephone, and of one's others. */
export const ownCalls = createStore<LiveCall[]>([]);

let turn = 0;

/** Ask anew. A call that just began may be missing still; without a network none is known. */
export async function findOwnCalls(): Promise<void> {
  const own = ++turn;
  const found = await api.listOwnCalls().then(
    ({ data }) => data.items,
    () => [],
  );
  if (own === turn) ownCalls.setState(() => found);
}

export function forgetOwnCalls(): void {
  turn += 1;
  ownCalls.setState(() => []);
}

/** Both in a call go on in a room made for them, which one leads. */
export async function makeRoom(call_id: string): Promise<void> {
  await api.meetInCall({ path: { call_id } });
  await findOwnCalls();
}

// Whoever hears of a room for the first time may have been moved into it.
events.on('room', ({ id }) => {
  const calls = ownCalls.state;
  if (calls.length > 0 && !calls.some((each) => each.room === id)) void findOwnCalls();
});
onLeaving(forgetOwnCalls);
