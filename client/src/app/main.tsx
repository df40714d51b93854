import { lazy } from 'react';
import { listenWhileSignedIn } from '~/api/events';
import { wakeWhileSignedIn } from '~/api/push';
import { lookUp } from '~/api/session';
import { noteArrival } from '~/kernel/arrival';
import { watchFaults } from '~/kernel/faults';
import { speak } from '~/kernel/language';
import { start } from '~/shell/start';
import { router } from './routes';
import { watchForUpdates } from './updates';
import { wake } from './waking';

const Overlays = lazy(() => import('~/shell/Overlays'));

const WAYS = {
  'sign-in': '/sign-in/code',
  invitation: '/invitation',
  recover: '/recover',
  'second-factor': '/sign-in',
  'sign-in-failed': '/sign-in',
  'single-sign-on': '/settings/security',
} as const;

const arrival = noteArrival();
watchFaults();
wake();
await Promise.all([speak(), lookUp()]);

if (arrival) {
  await router.navigate({ to: WAYS[arrival.errand], replace: true });
}

listenWhileSignedIn();
wakeWhileSignedIn();
// The way in is behind who has just come in, whichever it was.
start({ router, overlays: <Overlays />, cameIn: () => void router.navigate({ to: '/', replace: true }) });
watchForUpdates();
