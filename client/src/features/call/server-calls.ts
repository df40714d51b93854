import { api, type LiveCall } from '~/api';
import { events } from '~/api/events';
import { onSignOut } from '~/api/session';
import { createStore } from '~/core/store';

type CallNumbers = Pick<LiveCall, 'caller' | 'callee'>;

interface LocalCall {
  id: string;
  number: string;
}

/**
 * Which of the server's calls is which of this telephone's: by the other's number, and if one of either is left they
 * are each other's, for whoever was given a call talks with a number that was never dialled here.
 */
export function matchCalls<S extends CallNumbers>(
  localCalls: readonly LocalCall[],
  serverCalls: readonly S[],
): Map<string, S> {
  const matches = new Map<string, S>();
  const unmatched = [...serverCalls];
  const unmatchedLocal: LocalCall[] = [];
  for (const call of localCalls) {
    const index = unmatched.findIndex((each) => each.callee === call.number || each.caller === call.number);
    if (index < 0) unmatchedLocal.push(call);
    else matches.set(call.id, unmatched.splice(index, 1)[0]!);
  }
  if (unmatchedLocal.length === 1 && unmatched.length === 1) matches.set(unmatchedLocal[0]!.id, unmatched[0]!);
  return matches;
}

/** As the server knows one's own calls: those of this telephone, and of one's others. */
export const serverCalls = createStore<LiveCall[]>([]);

let generation = 0;

/** Ask anew. A call that just began may be missing still; without a network none is known. */
export async function refreshServerCalls(): Promise<void> {
  const request = ++generation;
  const found = await api.listOwnCalls().then(
    ({ data }) => data.items,
    () => [],
  );
  if (request === generation) serverCalls.setState(() => found);
}

export function clearServerCalls(): void {
  generation += 1;
  serverCalls.setState(() => []);
}

/** Both in a call go on in a room made for them, which one leads. */
export async function createConference(call_id: string): Promise<void> {
  await api.meetInCall({ path: { call_id } });
  await refreshServerCalls();
}

// Whoever hears of a room for the first time may have been moved into it.
events.on('room', ({ id }) => {
  const calls = serverCalls.state;
  if (calls.length > 0 && !calls.some((each) => each.room === id)) void refreshServerCalls();
});
onSignOut(clearServerCalls);
