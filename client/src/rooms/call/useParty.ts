import { useValue } from '~/kernel/store';
import { colleagues } from '~/rooms/directory';
import type { Call } from '~/sip';
import { whoIs } from './model';

/** The other side's name and number, also when the directory arrives after the call. */
export function useParty(call: Call): { title: string; number: string } {
  useValue(colleagues.state);
  return whoIs(call, (number) => colleagues.nameOf(number));
}
