import { lazyPart } from '~/core/lazy-part';
import { connectEventsWhileSignedIn } from '~/api/events';
import { subscribePushWhileSignedIn } from '~/api/push';
import { refreshSession } from '~/api/session';
import { captureDeepLink } from '~/core/deep-link';
import { captureUnhandledErrors } from '~/core/error-log';
import { activateLanguage } from '~/core/language';
import { watchForNewcomers } from '~/features/onboarding/state';
import { showPicturesWhileSignedIn } from '~/features/pictures';
import { prefetchSignInOptions } from '~/features/sign-in/useSignInOptions';
import { queries } from '~/shell/Providers';
import { start } from '~/shell/start';
import { handleLaunches, handleNotificationLinks } from './launches';
import { createAppRouter } from './routes';
import { watchForUpdates } from './updates';
import { handleNotificationActions } from './notification-actions';

const Overlays = lazyPart(() => import('~/shell/Overlays'));

const ROUTES = {
  'sign-in': '/sign-in/code',
  invitation: '/invitation',
  recover: '/recover',
  guest: '/guest',
  'second-factor': '/sign-in',
  'sign-in-failed': '/sign-in',
  suspended: '/sign-in',
  'single-sign-on': '/settings/security',
} as const;

export async function startApp(): Promise<void> {
  const deepLink = captureDeepLink();
  captureUnhandledErrors();
  handleNotificationActions();
  watchForNewcomers();
  const router = createAppRouter();
  const open = (path: string) => router.history.push(path);
  handleNotificationLinks(open);
  await Promise.all([activateLanguage(), refreshSession().then(() => prefetchSignInOptions(queries))]);

  if (deepLink) {
    await router.navigate({ to: ROUTES[deepLink.purpose], replace: true });
  }

  connectEventsWhileSignedIn();
  showPicturesWhileSignedIn();
  subscribePushWhileSignedIn();
  // Replace, so that Back does not return to the sign-in screens.
  start({ router, overlays: <Overlays />, onSignedIn: () => void router.navigate({ to: '/', replace: true }) });
  handleLaunches(open);
  watchForUpdates();
}
