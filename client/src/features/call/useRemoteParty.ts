import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { useContactName } from '~/features/contact-names';
import { colleagues } from '~/features/directory';
import { useNumberFormat } from '~/features/phone-numbers';
import type { Call } from '~/sip';
import { remoteParty } from './model';
import { useRoom } from './useRoom';

/** Name and number of the remote party, updated when the directory loads; or the conference room. */
export function useRemoteParty(call: Call): { title: string; number: string } {
  const { t } = useLingui();
  const room = useRoom(call);
  const formatted = useNumberFormat();
  useValue(colleagues.state);
  const voicemail = useValue(call.state, (each) => each.voicemail);
  useValue(call.state, (each) => each.remote);
  const contact = useContactName(room ? undefined : call.number);
  if (room) return { title: room.name || room.number || t`Conference`, number: room.number };
  const party = remoteParty(call, (each) => colleagues.nameOf(each), contact?.name);
  const [title, number] = [formatted(party.title), formatted(party.number)];
  if (voicemail) return { title: t`${title}'s voicemail`, number };
  return { title: title || t`Withheld number`, number };
}
