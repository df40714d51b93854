import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Failed } from '~/shell/Failed';
import { onlyWhoIsIn } from '~/shell/gate';
import { PortalShell } from '~/shell/PortalShell';

const root = createRootRoute({ component: PortalShell });

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: onlyWhoIsIn,
});

const open = [
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    component: lazyRouteComponent(() => import('~/rooms/sign-in/PortalSignIn')),
  }),
] as const;

const own = [
  createRoute({
    getParentRoute: () => inside,
    path: '/',
    component: lazyRouteComponent(() => import('~/rooms/live-calls/LiveCalls')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/people',
    component: lazyRouteComponent(() => import('~/rooms/people/People')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/extensions',
    component: lazyRouteComponent(() => import('~/rooms/extensions/Extensions')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/devices',
    component: lazyRouteComponent(() => import('~/rooms/devices/Devices')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/rooms',
    component: lazyRouteComponent(() => import('~/rooms/meetings/PortalRooms')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/voicemail',
    component: lazyRouteComponent(() => import('~/rooms/voicemail/PortalVoicemail')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/recordings',
    component: lazyRouteComponent(() => import('~/rooms/recordings/PortalRecordings')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/history',
    component: lazyRouteComponent(() => import('~/rooms/records/Records')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/reports',
    component: lazyRouteComponent(() => import('~/rooms/reports/Reports')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/organisation',
    component: lazyRouteComponent(() => import('~/rooms/organisation/PortalOrganisation')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/security',
    component: lazyRouteComponent(() => import('~/rooms/settings/PortalSecurity')),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([...open, inside.addChildren([...own])]),
  basepath: '/portal',
  defaultPreload: 'intent',
  defaultErrorComponent: Failed,
  defaultNotFoundComponent: lazyRouteComponent(() => import('~/shell/Missing')),
});
