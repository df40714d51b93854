import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { linkedNumber, parseCallsSearch } from '~/features/history/search';
import { parseTeamSearch } from '~/features/team/search';
import { AppShell } from '~/shell/AppShell';
import { ErrorPage } from '~/shell/ErrorPage';
import { Loading } from '~/shell/Loading';
import { shouldWelcome } from '~/features/onboarding/state';
import { destination } from '~/core/destination';
import { requireSession } from '~/shell/gate';
import { lazyScreen } from '~/shell/lazy-screen';
import { Inside } from './Inside';
import { createScrollRule } from './scroll';

/** Public screens, and screens that require a session and redirect to the sign-in otherwise. */
const root = createRootRoute({ component: AppShell });

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: requireSession,
  component: Inside,
});

const publicRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: async () => {
      const href = destination();
      if (href) throw redirect({ href });
      throw redirect({ to: (await shouldWelcome()) ? '/welcome' : '/calls' });
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    component: lazyScreen(() => import('~/features/sign-in/SignIn')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/scan',
    component: lazyScreen(() => import('~/features/sign-in/Scan')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in/code',
    component: lazyScreen(() => import('~/features/sign-in/CodeSignIn')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/invitation',
    component: lazyScreen(() => import('~/features/sign-in/Invitation')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/guest',
    component: lazyScreen(() => import('~/features/guest/GuestPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/recover',
    component: lazyScreen(() => import('~/features/sign-in/Recover')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/about',
    component: lazyScreen(() => import('~/features/about/About')),
  }),
] as const;

const calls = createRoute({
  getParentRoute: () => signedIn,
  path: '/calls',
  validateSearch: parseCallsSearch,
  component: lazyScreen(() => import('~/features/history/Calls')),
});

const team = createRoute({
  getParentRoute: () => signedIn,
  path: '/team',
  validateSearch: parseTeamSearch,
  component: lazyScreen(() => import('~/features/team/Team')),
});

const chat = createRoute({
  getParentRoute: () => signedIn,
  path: '/chat',
  component: lazyScreen(() => import('~/features/chat/Chat')),
});

/** Details, beside their list or in its place. */
const detailRoutes = [
  calls.addChildren([
    createRoute({
      getParentRoute: () => calls,
      path: '/',
      component: lazyScreen(() => import('~/features/history/NoCall')),
    }),
    createRoute({
      getParentRoute: () => calls,
      path: '/$call',
      component: lazyScreen(() => import('~/features/contact/CallPage')),
    }),
  ]),
  team.addChildren([
    createRoute({
      getParentRoute: () => team,
      path: '/',
      component: lazyScreen(() => import('~/features/team/Wall')),
    }),
    createRoute({
      getParentRoute: () => team,
      path: '/$person',
      component: lazyScreen(() => import('~/features/contact/PersonPage')),
    }),
    createRoute({
      getParentRoute: () => team,
      path: '/contacts/$contact',
      component: lazyScreen(() => import('~/features/contact/ContactEntryPage')),
    }),
  ]),
  chat.addChildren([
    createRoute({
      getParentRoute: () => chat,
      path: '/',
      component: lazyScreen(() => import('~/features/chat/NoConversation')),
    }),
    createRoute({
      getParentRoute: () => chat,
      path: '/$conversation',
      component: lazyScreen(() => import('~/features/chat/ConversationPage')),
    }),
  ]),
] as const;

/** Addresses of earlier versions, in bookmarks and shortcuts; links to numbers. */
const formerRoutes = [
  createRoute({
    getParentRoute: () => signedIn,
    path: '/dial',
    validateSearch: (search: Record<string, unknown>) => ({ number: linkedNumber(search) }),
    beforeLoad: ({ search: { number } }) => {
      throw redirect({ to: '/calls', search: { pad: true, ...(number && { number }) }, replace: true });
    },
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/history',
    beforeLoad: () => {
      throw redirect({ to: '/calls', replace: true });
    },
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/voicemail',
    beforeLoad: () => {
      throw redirect({ to: '/calls', search: { show: 'voicemail' }, replace: true });
    },
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/recordings',
    beforeLoad: () => {
      throw redirect({ to: '/calls', search: { show: 'recordings' }, replace: true });
    },
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/directory',
    beforeLoad: () => {
      throw redirect({ to: '/team', replace: true });
    },
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/rooms',
    beforeLoad: () => {
      throw redirect({ to: '/team', search: { show: 'rooms' }, replace: true });
    },
  }),
] as const;

const protectedRoutes = [
  createRoute({
    getParentRoute: () => signedIn,
    path: '/meetings/$meeting',
    component: lazyScreen(() => import('~/features/conferences/MeetingPage')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings',
    component: lazyScreen(() => import('~/features/settings/Settings')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/codes',
    component: lazyScreen(() => import('~/features/settings/FeatureCodeList')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/notices',
    component: lazyScreen(() => import('~/features/notice-list/NoticesPage')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/notices',
    component: lazyScreen(() => import('~/features/settings/Notices')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/devices',
    component: lazyScreen(() => import('~/features/settings/Devices')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/security',
    component: lazyScreen(() => import('~/features/settings/Security')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/privacy',
    component: lazyScreen(() => import('~/features/privacy/OwnPrivacy')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/support',
    component: lazyScreen(() => import('~/features/support/Support')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/voicemail',
    component: lazyScreen(() => import('~/features/voicemail/MailboxSettings')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/forwarding',
    component: lazyScreen(() => import('~/features/forwarding/ForwardingSettings')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/speed-dials',
    component: lazyScreen(() => import('~/features/speed-dials/SpeedDials')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/add-device',
    component: lazyScreen(() => import('~/features/settings/AddDevice')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/self-test',
    component: lazyScreen(() => import('~/features/self-test/SelfTest')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/welcome',
    component: lazyScreen(() => import('~/features/onboarding/Welcome')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/diagnostics',
    component: lazyScreen(() => import('~/features/about/Diagnostics')),
  }),
] as const;

/** Listens to the address, so only one program may have one. */
export const createAppRouter = () =>
  createRouter({
    routeTree: root.addChildren([
      ...publicRoutes,
      signedIn.addChildren([...detailRoutes, ...formerRoutes, ...protectedRoutes]),
    ]),
    basepath: '/app',
    defaultPreload: 'intent',
    defaultErrorComponent: ErrorPage,
    defaultPendingComponent: Loading,
    defaultNotFoundComponent: lazyScreen(() => import('~/shell/NotFound')),
    scrollRestoration: createScrollRule(),
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
