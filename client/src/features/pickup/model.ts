import type { Group } from '~/api';
import type { PresenceItem } from '~/api/events';
import type { Call } from '~/sip';

/** Numbers of the members of the groups that one of these numbers belongs to. */
export function teammates(groups: readonly Group[], own: readonly string[]): ReadonlySet<string> {
  const members = groups.map((each) => each.members.flatMap((step) => step.split('+')));
  return new Set(members.filter((each) => own.some((number) => each.includes(number))).flat());
}

/** Whether a call rings at a colleague that is not the user's own. `team`: the only colleagues whose calls may be taken. */
export function canPickUp(
  presence: Pick<PresenceItem, 'number' | 'ringing'>,
  calls: readonly Pick<Call, 'incoming' | 'ended' | 'answered' | 'number'>[],
  team?: ReadonlySet<string>,
): boolean {
  if (!presence.ringing || team?.has(presence.number) === false) return false;
  return !calls.some(
    ({ incoming, ended, answered, number }) => !incoming && !ended && !answered && number === presence.number,
  );
}

/**
 * Call `gone` if there was no call to pick up: the server then announces that, and the call goes on showing the number
 * that was dialled instead of a caller.
 */
export function watchPickup(call: Pick<Call, 'state' | 'answered' | 'number'>, gone: () => void): void {
  const dialled = call.number;
  const subscription = call.state.subscribe(() => {
    if (call.state.state.phase === 'ended') return subscription.unsubscribe();
    if (!call.answered) return undefined;
    subscription.unsubscribe();
    // The caller is named right after the answer.
    return queueMicrotask(() => call.number === dialled && gone());
  });
}
