import { type ParsedLocation, redirect } from '@tanstack/react-router';
import { session } from '~/api/session';
import { rememberDestination } from '~/core/destination';

interface Navigation {
  location: Pick<ParsedLocation, 'publicHref'>;
  preload: boolean;
}

/** Route guard: redirects to the sign-in without a session, and back to the page of the app afterwards. */
export function requireSession({ location, preload }: Navigation): void {
  const now = session.state;
  if (now.state === 'in') return;
  if (!preload) remember(location.publicHref, now.state === 'out' ? now.because : undefined);
  throw redirect({ to: '/sign-in' });
}

/**
 * The next user may be another one: nothing that the former one left behind is opened, and after a session that ended
 * by itself only the page, not the number in its query.
 */
function remember(href: string, because: 'ended' | 'left' | undefined): void {
  if (because !== 'left') rememberDestination(because ? href.replace(/[?#].*/, '') : href);
}
