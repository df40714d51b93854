import { IconAddressBook, IconClockHour4, IconDialpad, IconMail, IconSettings } from '@tabler/icons-react';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import { Suspense, lazy } from 'react';
import { hasPendingRequirements, session } from '~/api/session';
import { ErrorBoundary } from '~/design/ErrorBoundary';
import { useValue } from '~/core/store';
import { ConnectionBanner } from './ConnectionBanner';
import { UpdatePrompt } from './UpdatePrompt';

const PhoneConnectionBanner = lazy(() => import('./PhoneConnectionBanner'));
const PendingRequirements = lazy(() => import('~/features/sign-in/PendingRequirements'));
const Unread = lazy(() => import('~/features/voicemail/Unread'));
const CallLayer = lazy(() => import('~/features/call/CallLayer'));

/** Sign-in screens fill the window, even while another user is still signed in. */
const UNFRAMED_ROUTES = /\/(sign-in|scan|invitation|recover)(\/|$)/;

/** Client frame: connection banner, screen, tab bar within thumb reach, and the call layer. */
export function AppShell() {
  const signedIn = useValue(session, (each) => each.state === 'in');
  const pendingRequirements = useValue(session, hasPendingRequirements);
  const unframed = useRouterState({ select: (each) => UNFRAMED_ROUTES.test(each.location.pathname) });
  const framed = signedIn && !unframed && !pendingRequirements;
  return (
    <>
      <div className={framed ? 'app' : 'unframed'}>
        {framed ? (
          <AppFrame />
        ) : signedIn && !unframed ? (
          <Suspense>
            <PendingRequirements />
          </Suspense>
        ) : (
          <Outlet />
        )}
      </div>
      <UpdatePrompt />
      {signedIn && (
        <Suspense>
          <CallLayer reachable={framed} />
        </Suspense>
      )}
    </>
  );
}

function AppFrame() {
  const { t } = useLingui();
  return (
    <>
      <a className="skip" href="#main">
        <Trans>Skip to content</Trans>
      </a>
      <nav className="tabs" aria-label={t`Main menu`} style={{ order: 0 }}>
        <Link to="/dial" className="tab">
          <IconDialpad aria-hidden />
          <Trans>Dial</Trans>
        </Link>
        <Link to="/history" className="tab">
          <IconClockHour4 aria-hidden />
          <Trans>History</Trans>
        </Link>
        <Link to="/voicemail" className="tab">
          <IconMail aria-hidden />
          <Trans>Voicemail</Trans>
          <ErrorBoundary>
            <Suspense>
              <Unread />
            </Suspense>
          </ErrorBoundary>
        </Link>
        <Link to="/directory" className="tab">
          <IconAddressBook aria-hidden />
          <Trans>People</Trans>
        </Link>
        <Link to="/settings" className="tab">
          <IconSettings aria-hidden />
          <Trans>Settings</Trans>
        </Link>
      </nav>
      <main id="main">
        <ErrorBoundary fallback={<ConnectionBanner />}>
          <Suspense fallback={<ConnectionBanner />}>
            <PhoneConnectionBanner />
          </Suspense>
        </ErrorBoundary>
        <Outlet />
      </main>
    </>
  );
}
