import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { AppShell } from '~/shell/AppShell';
import { Failed } from '~/shell/Failed';
import { onlyWhoIsIn } from '~/shell/gate';
import { screen } from '~/shell/screen';

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
    component: screen(() => import('~/rooms/sign-in/SignIn')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/scan',
    component: screen(() => import('~/rooms/sign-in/Scan')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in/code',
    component: screen(() => import('~/rooms/sign-in/ByCode')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/invitation',
    component: screen(() => import('~/rooms/sign-in/Invitation')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/recover',
    component: screen(() => import('~/rooms/sign-in/Recover')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/about',
    component: screen(() => import('~/rooms/about/About')),
  }),
] as const;

const own = [
  createRoute({
    getParentRoute: () => inside,
    path: '/dial',
    component: screen(() => import('~/rooms/dial/Dial')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/history',
    component: screen(() => import('~/rooms/history/History')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/recordings',
    component: screen(() => import('~/rooms/recordings/Recordings')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/voicemail',
    component: screen(() => import('~/rooms/voicemail/Voicemail')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/directory',
    component: screen(() => import('~/rooms/directory/Directory')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/rooms',
    component: screen(() => import('~/rooms/meetings/Rooms')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/settings',
    component: screen(() => import('~/rooms/settings/Settings')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/settings/devices',
    component: screen(() => import('~/rooms/settings/Devices')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/settings/security',
    component: screen(() => import('~/rooms/settings/Security')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/settings/voicemail',
    component: screen(() => import('~/rooms/voicemail/MailboxSettings')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/settings/add-device',
    component: screen(() => import('~/rooms/settings/AddDevice')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/self-test',
    component: screen(() => import('~/rooms/self-test/SelfTest')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/diagnostics',
    component: screen(() => import('~/rooms/about/Diagnostics')),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([...open, inside.addChildren([...own])]),
  basepath: '/app',
  defaultPreload: 'intent',
  defaultErrorComponent: Failed,
  defaultNotFoundComponent: screen(() => import('~/shell/Missing')),
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
