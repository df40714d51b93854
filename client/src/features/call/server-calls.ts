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
 * Match local calls to server calls: by the remote number; if one of each is left, they belong together, because after
 * a transfer the remote number was never dialled here.
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

/** The user's calls as known to the server, on this device and others. */
export const serverCalls = createStore<LiveCall[]>([]);

let generation = 0;

/** Refetch. A call that just started may be missing; offline the list is empty. */
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

/** Bring the remote parties of calls into one conference hosted by the user: `room`, else a new one of the first call. */
export async function createConference(call_ids: readonly string[], room?: string): Promise<void> {
  const [first, ...others] = call_ids;
  const added = room ? call_ids : others;
  room ??= (await api.meetInCall({ path: { call_id: first! } })).data.id;
  for (const call_id of added) await api.transferCall({ path: { call_id }, body: { room } });
  await refreshServerCalls();
}

// An event for an unknown room may mean that a call was moved into it.
events.on('room', ({ id }) => {
  const calls = serverCalls.state;
  if (calls.length > 0 && !calls.some((each) => each.room === id)) void refreshServerCalls();
});
onSignOut(clearServerCalls);
