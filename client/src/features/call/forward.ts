import type { Call } from '~/sip';

export const loadForwardSheet = () => import('./ForwardSheet');

/** Whether the user may send a ringing call on: it rings for this user alone. */
export function canForward(call: Call): boolean {
  return !call.clickToDial && !call.invitation && !call.shared;
}

/** Whether a caller can be sent to a number: feature codes would act for the user. */
export function isForwardable(number: string, call: Call): boolean {
  return /^\+?[0-9]+$/.test(number) && number !== call.number;
}
