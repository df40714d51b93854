import { listenWhileSignedIn } from '~/api/events';
import { lookUp } from '~/api/session';
import { speak } from '~/kernel/language';
import Overlays from '~/shell/Overlays';
import { start } from '~/shell/start';
import { router } from './routes';

await Promise.all([speak(), lookUp()]);

listenWhileSignedIn();
start({ router, overlays: <Overlays />, cameIn: () => void router.invalidate() });
