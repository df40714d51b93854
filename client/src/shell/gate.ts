import { redirect } from '@tanstack/react-router';
import { session } from '~/api/session';

/** Before a screen of who is signed in: anybody else is led to the sign-in. */
export function requireSession(): void {
  if (session.state.state !== 'in') throw redirect({ to: '/sign-in' });
}
