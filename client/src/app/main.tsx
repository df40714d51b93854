import '~/shell/styles';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { listenWhileSignedIn } from '~/api/events';
import { wakeWhileSignedIn } from '~/api/push';
import { lookUp, session } from '~/api/session';
import { noteArrival } from '~/kernel/arrival';
import { watchFaults } from '~/kernel/faults';
import { speak } from '~/kernel/language';
import { Providers, queries } from '~/shell/Providers';
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

let was = session.state.state;
session.subscribe((now) => {
  if (now.state === was) return;
  const before = was;
  was = now.state;
  if (now.state === 'out') {
    queries.clear();
    void router.navigate({ to: '/sign-in', replace: true });
  } else if (before === 'out') {
    // The way in is behind who has just come in, whichever it was.
    void router.navigate({ to: '/', replace: true });
  } else {
    void router.invalidate();
  }
});

listenWhileSignedIn();
wakeWhileSignedIn();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Providers overlays={<Overlays />}>
      <RouterProvider router={router} />
    </Providers>
  </StrictMode>,
);

watchForUpdates();
