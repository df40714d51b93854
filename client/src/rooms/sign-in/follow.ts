import { putArrival, type Arrival } from '~/kernel/arrival';
import { hold } from './held';

/** Where a code that was scanned or typed here leads. */
export function follow(arrival: Arrival): '/sign-in/code' | '/invitation' | '/recover' {
  if (arrival.errand === 'sign-in') {
    hold(arrival.code, true);
    return '/sign-in/code';
  }
  putArrival(arrival);
  return arrival.errand === 'invitation' ? '/invitation' : '/recover';
}
