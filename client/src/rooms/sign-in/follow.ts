import { putArrival } from '~/kernel/arrival';
import { hold } from './held';
import type { Link } from './link';

/** Where a code that was scanned or typed here leads. */
export function follow(arrival: { errand: Link; code: string }): '/sign-in/code' | '/invitation' | '/recover' {
  if (arrival.errand === 'sign-in') {
    hold(arrival.code, true);
    return '/sign-in/code';
  }
  putArrival(arrival);
  return arrival.errand === 'invitation' ? '/invitation' : '/recover';
}
