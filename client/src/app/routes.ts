import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { AppShell } from '~/shell/AppShell';
import { ErrorPage } from '~/shell/ErrorPage';
import { requireSession } from '~/shell/gate';
import { lazyScreen } from '~/shell/lazy-screen';

/** Public screens, and screens that require a session and redirect to the sign-in otherwise. */
const root = createRootRoute({ component: AppShell });

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: requireSession,
});

const publicRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/dial' });
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
    path: '/recover',
    component: lazyScreen(() => import('~/features/sign-in/Recover')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/about',
    component: lazyScreen(() => import('~/features/about/About')),
  }),
] as const;

const protectedRoutes = [
  createRoute({
    getParentRoute: () => signedIn,
    path: '/dial',
    component: lazyScreen(() => import('~/features/dial/Dial')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/history',
    component: lazyScreen(() => import('~/features/history/History')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/recordings',
    component: lazyScreen(() => import('~/features/recordings/Recordings')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/voicemail',
    component: lazyScreen(() => import('~/features/voicemail/Voicemail')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/directory',
    component: lazyScreen(() => import('~/features/directory/Directory')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/rooms',
    component: lazyScreen(() => import('~/features/conferences/Rooms')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings',
    component: lazyScreen(() => import('~/features/settings/Settings')),
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
    path: '/settings/voicemail',
    component: lazyScreen(() => import('~/features/voicemail/MailboxSettings')),
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
    path: '/diagnostics',
    component: lazyScreen(() => import('~/features/about/Diagnostics')),
  }),
] as const;

/** Listens to the address, so only one program may have one. */
export const createAppRouter = () =>
  createRouter({
    routeTree: root.addChildren([...publicRoutes, signedIn.addChildren([...protectedRoutes])]),
    basepath: '/app',
    defaultPreload: 'intent',
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: lazyScreen(() => import('~/shell/NotFound')),
    scrollRestoration: true,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
