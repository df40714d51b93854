import { redirect } from '@tanstack/react-router';
import { session } from '~/api/session';
import { rememberDestination } from '~/core/destination';

/** Route guard: redirects to the sign-in without a session, and back afterwards if the address is that of a meeting. */
export function requireSession({ location }: { location: { pathname: string } }): void {
  if (session.state.state === 'in') return;
  rememberDestination(location.pathname);
  throw redirect({ to: '/sign-in' });
}
