import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { colleagues } from '~/features/directory';
import type { Call } from '~/sip';
import { remoteParty } from './model';
import { useRoom } from './useRoom';

/** Name and number of the remote party, updated when the directory loads; or the conference room. */
export function useRemoteParty(call: Call): { title: string; number: string } {
  const { t } = useLingui();
  const room = useRoom(call);
  useValue(colleagues.state);
  if (room) return { title: room.name || room.number || t`Conference`, number: room.number };
  return remoteParty(call, (number) => colleagues.nameOf(number));
}
