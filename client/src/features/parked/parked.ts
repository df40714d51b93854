import { api } from '~/api';
import { events } from '~/api/events';
import { onSignOut } from '~/api/session';
import { ParkedCalls } from './model';

/** What puts the other one in a call into a place, and what, with its number, takes them back. */
const PARK_CODE = '*85';
const RETRIEVE_CODE = '*86';

export const parked = new ParkedCalls(async () => (await api.listParked()).data.items);

/** The other one in a call, by the server's id, hears music until somebody takes them back. */
export async function park(call_id: string): Promise<void> {
  await api.transferCall({ path: { call_id }, body: { to: PARK_CODE } });
}

/** The number that takes back who is in a place. */
export function retrieveNumber(slot: number): string {
  return `${RETRIEVE_CODE}${slot}`;
}

events.on('parked', () => void parked.refresh());
events.onConnected(() => void parked.refresh());
onSignOut(() => parked.clear());
