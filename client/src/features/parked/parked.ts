import { api } from '~/api';
import { events } from '~/api/events';
import { hasTenant, onSignOut } from '~/api/session';
import { codeOf } from '~/features/feature-codes';
import { ParkedCalls } from './model';

export const parked = new ParkedCalls(async () => (await api.listParked()).data.items);

/** Park the remote party of a call, by server call id. */
export async function park(call_id: string): Promise<void> {
  await api.transferCall({ path: { call_id }, body: { to: codeOf('park') } });
}

/** The number that retrieves the call in a slot. */
export function retrieveNumber(slot: number): string {
  return `${codeOf('fetch')}${slot}`;
}

events.on('parked', () => void parked.refresh());
events.onConnected(() => hasTenant() && void parked.refresh());
onSignOut(() => parked.clear());
