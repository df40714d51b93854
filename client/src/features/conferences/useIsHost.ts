import type { Participant } from '~/api';
import { session } from '~/api/session';
import { useValue } from '~/core/store';

/** Whether the user may control the room: as its host or as an administrator. */
export function useIsHost(participants: readonly Participant[] | undefined): boolean {
  const administrator = useValue(session, (each) => each.state === 'in' && each.me.role !== 'user');
  return administrator || (participants?.some((each) => each.own && each.host) ?? false);
}
