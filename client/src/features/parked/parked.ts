import { api } from '~/api';
import { events } from '~/api/events';
import { onSignOut } from '~/api/session';
import { ParkedCalls } from './model';

/** Feature codes for parking and, with the slot number, retrieving. */
const PARK_CODE = '*85';
const RETRIEVE_CODE = '*86';

export const parked = new ParkedCalls(async () => (await api.listParked()).data.items);

/** Park the remote party of a call, by server call id. */
export async function park(call_id: string): Promise<void> {
  await api.transferCall({ path: { call_id }, body: { to: PARK_CODE } });
}

/** The number that retrieves the call in a slot. */
export function retrieveNumber(slot: number): string {
  return `${RETRIEVE_CODE}${slot}`;
}

events.on('parked', () => void parked.refresh());
events.onConnected(() => void parked.refresh());
onSignOut(() => parked.clear());
