import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

/** Retention classes by key, and the period of each. */
export const RETENTION_CLASSES: Record<string, { title: MessageDescriptor; period: MessageDescriptor }> = {
  account: { title: msg`Accounts`, period: msg`as long as the account exists` },
  sign_in: { title: msg`Sign-ins`, period: msg`until the session ends` },
  registration: { title: msg`Registrations of devices`, period: msg`until the registration expires or is removed` },
  live_call: { title: msg`Live calls`, period: msg`as long as the call lasts` },
  history: { title: msg`Call history`, period: msg`for the retention period of the call history` },
  voicemail: { title: msg`Voicemail`, period: msg`until it is deleted, and then as long as it can be restored` },
  recording: { title: msg`Recordings`, period: msg`until they are deleted, and then as long as they can be restored` },
  technical: { title: msg`Technical data`, period: msg`for a short period` },
};
