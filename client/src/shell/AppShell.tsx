import { IconAddressBook, IconClockHour4, IconDialpad, IconMail, IconSettings } from '@tabler/icons-react';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import { Suspense, lazy } from 'react';
import { isHalfIn, session } from '~/api/session';
import { Contained } from '~/design/Contained';
import { useValue } from '~/kernel/store';
import { Connection } from './Connection';
import { UpdatePrompt } from './UpdatePrompt';

const PhoneConnection = lazy(() => import('./PhoneConnection'));
const HalfIn = lazy(() => import('~/rooms/sign-in/HalfIn'));
const Unread = lazy(() => import('~/rooms/voicemail/Unread'));
const CallLayer = lazy(() => import('~/rooms/call/CallLayer'));

/** Screens of somebody who comes in: they fill the window, also while somebody else is still signed in here. */
const UNFRAMED = /\/(sign-in|scan|invitation|recover)(\/|$)/;

/** The client's frame: what is said of the connection, the screen, the tabs within a thumb's reach, and any call above all. */
export function AppShell() {
  const signedIn = useValue(session, (each) => each.state === 'in');
  const halfIn = useValue(session, isHalfIn);
  const bare = useRouterState({ select: (each) => UNFRAMED.test(each.location.pathname) });
  const framed = signedIn && !bare && !halfIn;
  return (
    <>
      <div className={framed ? 'app' : 'unframed'}>
        {framed ? (
          <Framed />
        ) : signedIn && !bare ? (
          <Suspense>
            <HalfIn />
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

function Framed() {
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
          <Contained>
            <Suspense>
              <Unread />
            </Suspense>
          </Contained>
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
        <Contained instead={<Connection />}>
          <Suspense fallback={<Connection />}>
            <PhoneConnection />
          </Suspense>
        </Contained>
        <Outlet />
      </main>
    </>
  );
}
