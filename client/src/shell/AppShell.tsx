import { Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense } from 'react';
import { awaitsConsent, hasPendingRequirements, session } from '~/api/session';
import { lazyPart } from '~/core/lazy-part';
import { useValue } from '~/core/store';
import { AppFrame } from './AppFrame';
import { CommandKey } from './CommandKey';
import { UpdatePrompt } from './UpdatePrompt';

const PendingRequirements = lazyPart(() => import('~/features/sign-in/PendingRequirements'));
const DialSheet = lazyPart(() => import('~/features/dial').then((each) => each.loadDialSheet()));
const CallLayer = lazyPart(() => import('~/features/call/CallLayer'));

/** Sign-in screens fill the window, even while another user is still signed in. */
const UNFRAMED_ROUTES = /\/(sign-in|scan|invitation|recover|guest)(\/|$)/;

function openDial(): void {
  void import('~/features/dial').then((each) => each.openDial());
}

/** Client frame: connection banner, screen, tab bar within thumb reach, and the call layer. */
export function AppShell() {
  const signedIn = useValue(session, (each) => each.state === 'in');
  const pendingRequirements = useValue(session, hasPendingRequirements);
  const consent = useValue(session, awaitsConsent);
  const unframed = useRouterState({ select: (each) => UNFRAMED_ROUTES.test(each.location.pathname) });
  const framed = signedIn && !unframed && !pendingRequirements;
  return (
    <>
      <div className={framed ? 'app' : 'unframed'}>
        {framed ? (
          <AppFrame />
        ) : signedIn && !unframed ? (
          <Suspense>
            <PendingRequirements onCall={openDial} />
            {consent && <DialSheet />}
          </Suspense>
        ) : (
          <Outlet />
        )}
      </div>
      <UpdatePrompt />
      {framed && <CommandKey />}
      {signedIn && (
        <Suspense>
          <CallLayer reachable={framed || consent} />
        </Suspense>
      )}
    </>
  );
}
