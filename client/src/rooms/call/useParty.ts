import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/kernel/store';
import { colleagues } from '~/rooms/directory';
import type { Call } from '~/sip';
import { whoIs } from './model';
import { useRoom } from './useRoom';

/** The other side's name and number, also when the directory arrives after the call; or the room it is in. */
export function useParty(call: Call): { title: string; number: string } {
  const { t } = useLingui();
  const room = useRoom(call);
  useValue(colleagues.state);
  if (room) return { title: room.name || room.number || t`Conference`, number: room.number };
  return whoIs(call, (number) => colleagues.nameOf(number));
}
