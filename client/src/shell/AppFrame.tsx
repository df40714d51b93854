import { IconDots, IconMessage, IconPhone, IconUsers } from '@tabler/icons-react';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import { Suspense } from 'react';
import { lazyPart } from '~/core/lazy-part';
import { useChatAllowed } from '~/api/session';
import { ErrorBoundary } from '~/design/ErrorBoundary';
import { ConnectionBanner } from './ConnectionBanner';
import { PolicyNotice } from './PolicyNotice';

const PhoneConnectionBanner = lazyPart(() => import('./PhoneConnectionBanner'));
const NewCalls = lazyPart(() => import('~/features/history/NewCalls'));
const UnreadMessages = lazyPart(() => import('~/features/chat/UnreadMessages'));
const UnreadNotices = lazyPart(() => import('~/features/notice-list/UnreadNotices'));
const DialSheet = lazyPart(() => import('~/features/dial').then((each) => each.loadDialSheet()));

/** Screens of the tab "More" that have addresses of their own. */
const MORE = /\/(settings|notices|self-test|diagnostics|about)(\/|$)/;

/** Frame of the signed-in screens: tabs, banners, screen and dial pad. */
export function AppFrame() {
  const { t } = useLingui();
  const chat = useChatAllowed();
  const more = useRouterState({ select: (each) => MORE.test(each.location.pathname) });
  return (
    <>
      <a className="skip" href="#main">
        <Trans>Skip to content</Trans>
      </a>
      <nav className="tabs" aria-label={t`Main menu`} style={{ order: 0 }}>
        <Link to="/calls" className="tab">
          <IconPhone stroke={1.75} aria-hidden />
          <span className="tab-label">
            <Trans>Calls</Trans>
          </span>
          <ErrorBoundary>
            <Suspense>
              <NewCalls />
            </Suspense>
          </ErrorBoundary>
        </Link>
        <Link to="/team" className="tab">
          <IconUsers stroke={1.75} aria-hidden />
          <span className="tab-label">
            <Trans>Team</Trans>
          </span>
        </Link>
        {chat && (
          <Link to="/chat" className="tab">
            <IconMessage stroke={1.75} aria-hidden />
            <span className="tab-label">
              <Trans>Chat</Trans>
            </span>
            <ErrorBoundary>
              <Suspense>
                <UnreadMessages />
              </Suspense>
            </ErrorBoundary>
          </Link>
        )}
        <Link to="/settings" className="tab" aria-current={more ? 'page' : undefined}>
          <IconDots stroke={1.75} aria-hidden />
          <span className="tab-label">
            <Trans>More</Trans>
          </span>
          <ErrorBoundary>
            <Suspense>
              <UnreadNotices />
            </Suspense>
          </ErrorBoundary>
        </Link>
      </nav>
      <main id="main">
        <ErrorBoundary fallback={<ConnectionBanner phone />}>
          <Suspense fallback={<ConnectionBanner phone />}>
            <PhoneConnectionBanner />
          </Suspense>
        </ErrorBoundary>
        <PolicyNotice />
        <Outlet />
      </main>
      <ErrorBoundary>
        <Suspense>
          <DialSheet />
        </Suspense>
      </ErrorBoundary>
    </>
  );
}
