import { connectEventsWhileSignedIn } from '~/api/events';
import { refreshSession } from '~/api/session';
import { activateLanguage } from '~/core/language';
import { applyDensity } from '~/core/preferences';
import Overlays from '~/shell/Overlays';
import { start } from '~/shell/start';
import { router } from './routes';

applyDensity();
await Promise.all([activateLanguage(), refreshSession()]);

connectEventsWhileSignedIn();
start({ router, overlays: <Overlays />, onSignedIn: () => void router.invalidate() });
