import { currentOwner, readLocal, storeTogether } from '~/core/device-storage';
import type { Outgoing } from './outbox';

const KEY = 'outbox';
/** Takes the place of the storage on a device that has none, or a full one, whose older state would come back. */
let unstored: Outgoing[] | undefined;

export async function loadOutbox(): Promise<Outgoing[]> {
  return unstored ?? (((await readLocal(KEY)) ?? []) as Outgoing[]);
}

export async function saveOutbox(messages: Outgoing[]): Promise<void> {
  const owner = currentOwner();
  const failed = await storeTogether(owner, new Map([[KEY, messages]])).then(
    () => false,
    () => true,
  );
  if (owner === currentOwner()) unstored = failed ? messages : undefined;
}

/** Forget on sign-out; the storage is deleted by others. */
export function forgetUnstored(): void {
  unstored = undefined;
}
