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

/** Screens of somebody who comes in: they fill the window, also while somebody else is still signed in here. */
const UNFRAMED_ROUTES = /\/(sign-in|scan|invitation|recover)(\/|$)/;

/** The client's frame: what is said of the connection, the screen, the tabs within a thumb's reach, and any call above all. */
export function AppShell() {
  const signedIn = useValue(session, (each) => each.state === 'in');
  const pendingRequirements = useValue(session, hasPendingRequirements);
  const bare = useRouterState({ select: (each) => UNFRAMED_ROUTES.test(each.location.pathname) });
  const framed = signedIn && !bare && !pendingRequirements;
  return (
    <>
      <div className={framed ? 'app' : 'unframed'}>
        {framed ? (
          <AppFrame />
        ) : signedIn && !bare ? (
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
        <Trans>To the content</Trans>
      </a>
      <nav className="tabs" aria-label={t`Main`} style={{ order: 0 }}>
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
