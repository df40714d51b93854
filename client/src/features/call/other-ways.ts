import type { Call } from '~/sip';

/** A sheet above an incoming call. */
export type IncomingSheet = 'forward' | 'message' | 'remind';

export const loadForwardSheet = () => import('./ForwardSheet');
export const loadReplySheet = () => import('./ReplySheet');

/** Whether the user may send a ringing call on: it rings for this user alone. */
export function canForward(call: Call): boolean {
  return !call.clickToDial && !call.invitation && !call.shared;
}

/** Whether a caller can be sent to a number: feature codes would act for the user. */
export function isForwardable(number: string, call: Call): boolean {
  return isNumber(number) && number !== call.number;
}

/** Whether the caller can be called back later. */
export function canCallBack(call: Call): boolean {
  return !call.clickToDial && !call.invitation && isNumber(call.number);
}

function isNumber(text: string): boolean {
  return /^\+?[0-9]+$/.test(text);
}
