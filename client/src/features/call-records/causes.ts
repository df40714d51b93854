import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { CallRecord } from '~/api';

/** Causes of ITU-T Q.850, with the meanings that the server uses (`unificx/calls/machine/causes.py`). */
const TEXTS: Record<number, MessageDescriptor> = {
  1: msg`No such number`,
  3: msg`Calls outside are not set up`,
  16: msg`Hung up`,
  17: msg`Busy`,
  19: msg`No answer`,
  20: msg`Not reachable`,
  21: msg`Refused`,
  31: msg`Ended by an administrator`,
  34: msg`No media available`,
  38: msg`No carrier available`,
  41: msg`Temporary failure`,
  57: msg`Not allowed`,
  88: msg`No common audio format`,
  102: msg`Limit reached or connection lost`,
};

/** Why a call ended, and its number: a Q.850 cause below 128, else a SIP status. */
export function causeOf({ cause }: Pick<CallRecord, 'cause'>): { text?: MessageDescriptor; number: string } {
  return cause < 128 ? { text: TEXTS[cause], number: `Q.850 ${cause}` } : { number: `SIP ${cause}` };
}
