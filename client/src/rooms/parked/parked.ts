import { api } from '~/api';
import { events } from '~/api/events';
import { onLeaving } from '~/api/session';
import { ParkedCalls } from './model';

/** What puts the other one in a call into a place, and what, with its number, takes them back. */
const PARK = '*85';
const FETCH = '*86';

export const parked = new ParkedCalls(async () => (await api.listParked()).data.items);

/** The other one in a call, by the server's id, hears music until somebody takes them back. */
export async function park(call_id: string): Promise<void> {
  await api.transferCall({ path: { call_id }, body: { to: PARK } });
}

/** The number that takes back who is in a place. */
export function fetching(place: number): string {
  return `${FETCH}${place}`;
}

events.on('parked', () => void parked.find());
events.onUp(() => void parked.find());
onLeaving(() => parked.forget());
