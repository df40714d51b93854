import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { Failed } from '~/shell/Failed';
import { onlyWhoIsIn } from '~/shell/gate';
import { PortalShell } from '~/shell/PortalShell';
import { screen } from '~/shell/screen';

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
    component: screen(() => import('~/rooms/sign-in/PortalSignIn')),
  }),
] as const;

const own = [
  createRoute({
    getParentRoute: () => inside,
    path: '/',
    component: screen(() => import('~/rooms/live-calls/LiveCalls')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/people',
    component: screen(() => import('~/rooms/people/People')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/extensions',
    component: screen(() => import('~/rooms/extensions/Extensions')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/devices',
    component: screen(() => import('~/rooms/devices/Devices')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/rooms',
    component: screen(() => import('~/rooms/meetings/PortalRooms')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/voicemail',
    component: screen(() => import('~/rooms/voicemail/PortalVoicemail')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/recordings',
    component: screen(() => import('~/rooms/recordings/PortalRecordings')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/history',
    component: screen(() => import('~/rooms/records/Records')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/reports',
    component: screen(() => import('~/rooms/reports/Reports')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/organisation',
    component: screen(() => import('~/rooms/organisation/PortalOrganisation')),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/security',
    component: screen(() => import('~/rooms/settings/PortalSecurity')),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([...open, inside.addChildren([...own])]),
  basepath: '/portal',
  defaultPreload: 'intent',
  defaultErrorComponent: Failed,
  defaultNotFoundComponent: screen(() => import('~/shell/Missing')),
});
