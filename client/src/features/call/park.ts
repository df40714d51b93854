import { i18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { toast } from '~/core/toasts';
import { park, parked, retrieveNumber } from '~/features/parked';
import type { Call } from '~/sip';
import { startCall } from './model';

/** Park the remote party and leave the call. A notification says in which slot, and takes the call back. */
export async function parkCall(call: Call, serverId: string, name: string): Promise<void> {
  await park(serverId);
  call.hangUp();
  void announceSlot(serverId, name);
}

async function announceSlot(serverId: string, name: string): Promise<void> {
  const place = await parked.slotOf(serverId);
  if (place === undefined) return;
  toast({
    message: i18n._(msg`${name} is parked at ${place}`),
    action: i18n._(msg`Take back`),
    undo: () => startCall(retrieveNumber(place), { name }),
  });
}
