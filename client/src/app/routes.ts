import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { AppShell } from '~/shell/AppShell';
import { onlyWhoIsIn } from '~/shell/gate';

/** Screens for everybody, and screens for who is signed in: anybody else is led to the sign-in. */
const root = createRootRoute({ component: AppShell });

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: onlyWhoIsIn,
});

const open = [
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
    component: lazyRouteComponent(() => import('~/rooms/sign-in/SignIn')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/scan',
    component: lazyRouteComponent(() => import('~/rooms/sign-in/Scan')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in/code',
    component: lazyRouteComponent(() => import('~/rooms/sign-in/ByCode')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/invitation',
    component: lazyRouteComponent(() => import('~/rooms/sign-in/Invitation')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/recover',
    component: lazyRouteComponent(() => import('~/rooms/sign-in/Recover')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/about',
    component: lazyRouteComponent(() => import('~/rooms/about/About')),
  }),
] as const;

const own = [
  createRoute({
    getParentRoute: () => inside,
    path: '/dial',
    component: lazyRouteComponent(() => import('~/rooms/dial/Dial')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/history',
    component: lazyRouteComponent(() => import('~/rooms/history/History')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/recordings',
    component: lazyRouteComponent(() => import('~/rooms/recordings/Recordings')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/voicemail',
    component: lazyRouteComponent(() => import('~/rooms/voicemail/Voicemail')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/directory',
    component: lazyRouteComponent(() => import('~/rooms/directory/Directory')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/rooms',
    component: lazyRouteComponent(() => import('~/rooms/meetings/Rooms')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/settings',
    component: lazyRouteComponent(() => import('~/rooms/settings/Settings')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/settings/devices',
    component: lazyRouteComponent(() => import('~/rooms/settings/Devices')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/settings/security',
    component: lazyRouteComponent(() => import('~/rooms/settings/Security')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/settings/voicemail',
    component: lazyRouteComponent(() => import('~/rooms/voicemail/MailboxSettings')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/settings/add-device',
    component: lazyRouteComponent(() => import('~/rooms/settings/AddDevice')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/self-test',
    component: lazyRouteComponent(() => import('~/rooms/self-test/SelfTest')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/diagnostics',
    component: lazyRouteComponent(() => import('~/rooms/about/Diagnostics')),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([...open, inside.addChildren([...own])]),
  basepath: '/app',
  defaultPreload: 'intent',
  defaultNotFoundComponent: lazyRouteComponent(() => import('~/shell/Missing')),
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
