import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { PRIVACY_PAGES } from '~/features/privacy';
import { ErrorPage } from '~/shell/ErrorPage';
import { Loading } from '~/shell/Loading';
import { requireSession } from '~/shell/gate';
import { PortalShell } from '~/shell/PortalShell';

const root = createRootRoute({ component: PortalShell });

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: requireSession,
});

const publicRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    component: lazyRouteComponent(() => import('~/features/sign-in/PortalSignIn')),
  }),
] as const;

function toPeople(): never {
  throw redirect({ to: '/people' as string, replace: true });
}

function toFirstPrivacyPage(): never {
  throw redirect({ to: PRIVACY_PAGES[0].to as string, replace: true });
}

const protectedRoutes = [
  createRoute({
    getParentRoute: () => signedIn,
    path: '/',
    component: lazyRouteComponent(() => import('~/shell/portal/Start')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/live',
    component: lazyRouteComponent(() => import('~/features/live-calls/LiveCalls')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/people',
    component: lazyRouteComponent(() => import('~/features/people/People')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/contacts',
    component: lazyRouteComponent(() => import('~/features/contacts/CompanyContacts')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/people/$id',
    component: lazyRouteComponent(() => import('~/features/people/PersonPage')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/roles',
    component: lazyRouteComponent(() => import('~/features/roles/Roles')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/phones/$id',
    component: lazyRouteComponent(() => import('~/features/people/SharedPhonePage')),
  }),
  // Addresses of pages that are part of People & phones now.
  createRoute({
    getParentRoute: () => signedIn,
    path: '/extensions',
    beforeLoad: toPeople,
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/devices',
    beforeLoad: toPeople,
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/rooms',
    component: lazyRouteComponent(() => import('~/features/conferences/PortalRooms')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/groups',
    component: lazyRouteComponent(() => import('~/features/groups/Groups')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/menus',
    component: lazyRouteComponent(() => import('~/features/menus/Menus')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/hours',
    component: lazyRouteComponent(() => import('~/features/hours/OpeningHours')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/codes',
    component: lazyRouteComponent(() => import('~/features/feature-codes/FeatureCodes')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/queues',
    component: lazyRouteComponent(() => import('~/features/queues/Queues')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/numbers',
    component: lazyRouteComponent(() => import('~/features/numbers/Numbers')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/trunks',
    component: lazyRouteComponent(() => import('~/features/trunks/Trunks')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/routes',
    component: lazyRouteComponent(() => import('~/features/outbound/Routes')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/emergency',
    component: lazyRouteComponent(() => import('~/features/emergency/Emergency')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/protection',
    component: lazyRouteComponent(() => import('~/features/protection/Protection')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/voicemail',
    component: lazyRouteComponent(() => import('~/features/voicemail/PortalVoicemail')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/recordings',
    component: lazyRouteComponent(() => import('~/features/recordings/PortalRecordings')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/recordings/policy',
    component: lazyRouteComponent(() => import('~/features/recordings/PortalRecordingPolicy')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/history',
    component: lazyRouteComponent(() => import('~/features/call-records/CallRecords')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/reports',
    component: lazyRouteComponent(() => import('~/features/reports/Reports')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/call-reports',
    component: lazyRouteComponent(() => import('~/features/call-reports/CallReports')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/costs',
    component: lazyRouteComponent(() => import('~/features/costs/Costs')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/billing',
    component: lazyRouteComponent(() => import('~/features/billing/Billing')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/organisation',
    component: lazyRouteComponent(() => import('~/features/organisation/PortalOrganisation')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/reselling',
    component: lazyRouteComponent(() => import('~/features/reselling/Reselling')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/health',
    component: lazyRouteComponent(() => import('~/features/health/Health')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/keys',
    component: lazyRouteComponent(() => import('~/features/keys/Keys')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/backups',
    component: lazyRouteComponent(() => import('~/features/backups/Backups')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/emails',
    component: lazyRouteComponent(() => import('~/features/emails/Emails')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/single-sign-on',
    component: lazyRouteComponent(() => import('~/features/single-sign-on/SingleSignOn')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/campaigns',
    component: lazyRouteComponent(() => import('~/features/campaigns/Campaigns')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/integrations',
    component: lazyRouteComponent(() => import('~/features/integrations/Integrations')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy',
    beforeLoad: toFirstPrivacyPage,
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/retention',
    component: lazyRouteComponent(() => import('~/features/privacy/Retention')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/holds',
    component: lazyRouteComponent(() => import('~/features/privacy/Holds')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/policy',
    component: lazyRouteComponent(() => import('~/features/privacy/PolicyVersions')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/copies',
    component: lazyRouteComponent(() => import('~/features/privacy/Copies')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/erasure',
    component: lazyRouteComponent(() => import('~/features/privacy/NumberErasure')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/requests',
    component: lazyRouteComponent(() => import('~/features/privacy/Requests')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/audit',
    component: lazyRouteComponent(() => import('~/features/privacy/AuditLog')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/security',
    component: lazyRouteComponent(() => import('~/features/settings/PortalSecurity')),
  }),
] as const;

/** Listens to the address, so only one program may have one. */
export const createPortalRouter = () =>
  createRouter({
    routeTree: root.addChildren([...publicRoutes, signedIn.addChildren([...protectedRoutes])]),
    basepath: '/portal',
    defaultPreload: 'intent',
    defaultErrorComponent: ErrorPage,
    defaultPendingComponent: Loading,
    defaultNotFoundComponent: lazyRouteComponent(() => import('~/shell/NotFound')),
  });
