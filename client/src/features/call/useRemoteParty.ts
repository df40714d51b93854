import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { colleagues } from '~/features/directory';
import type { Call } from '~/sip';
import { remoteParty } from './model';
import { useRoom } from './useRoom';

/** The other side's name and number, also when the directory arrives after the call; or the room it is in. */
export function useRemoteParty(call: Call): { title: string; number: string } {
  const { t } = useLingui();
  const room = useRoom(call);
  useValue(colleagues.state);
  if (room) return { title: room.name || room.number || t`Conference`, number: room.number };
  return remoteParty(call, (number) => colleagues.nameOf(number));
}
