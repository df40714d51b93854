import { redirect } from '@tanstack/react-router';
import { session } from '~/api/session';

/** Route guard: redirects to the sign-in without a session. */
export function requireSession(): void {
  if (session.state.state !== 'in') throw redirect({ to: '/sign-in' });
}
