import { connectEventsWhileSignedIn } from '~/api/events';
import { refreshSession } from '~/api/session';
import { activateLanguage } from '~/core/language';
import { lazyPart } from '~/core/lazy-part';
import { applyDensity } from '~/core/preferences';
import { showPicturesWhileSignedIn } from '~/features/pictures';
import { prefetchSignInOptions } from '~/features/sign-in/useSignInOptions';
import { queries } from '~/shell/Providers';
import { start } from '~/shell/start';
import { createPortalRouter } from './routes';

const Overlays = lazyPart(() => import('~/shell/Overlays'));

export async function startPortal(): Promise<void> {
  applyDensity();
  await Promise.all([activateLanguage(), refreshSession().then(() => prefetchSignInOptions(queries))]);

  connectEventsWhileSignedIn();
  showPicturesWhileSignedIn();
  const router = createPortalRouter();
  start({ router, overlays: <Overlays />, onSignedIn: () => void router.invalidate() });
}
