import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { session } from '~/api/session';
import { privacyPages } from '~/features/privacy';
import { ErrorPage } from '~/shell/ErrorPage';
import { Loading } from '~/shell/Loading';
import { requireSession } from '~/shell/gate';
import { reloadingScreen } from '~/shell/lazy-screen';
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
    component: reloadingScreen(() => import('~/features/sign-in/PortalSignIn')),
  }),
] as const;

function toPeople(): never {
  throw redirect({ to: '/people' as string, replace: true });
}

function toFirstPrivacyPage(): never {
  const permissions: string[] = session.state.state === 'in' ? session.state.me.permissions : [];
  const [first] = privacyPages((permission) => permissions.includes(permission));
  throw redirect({ to: first!.to as string, replace: true });
}

const protectedRoutes = [
  createRoute({
    getParentRoute: () => signedIn,
    path: '/',
    component: reloadingScreen(() => import('~/shell/portal/Start')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/live',
    component: reloadingScreen(() => import('~/features/live-calls/LiveCalls')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/people',
    component: reloadingScreen(() => import('~/features/people/People')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/contacts',
    component: reloadingScreen(() => import('~/features/contacts/CompanyContacts')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/people/$id',
    component: reloadingScreen(() => import('~/features/people/PersonPage')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/roles',
    component: reloadingScreen(() => import('~/features/roles/Roles')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/phones/$id',
    component: reloadingScreen(() => import('~/features/people/SharedPhonePage')),
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
    component: reloadingScreen(() => import('~/features/conferences/PortalRooms')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/groups',
    component: reloadingScreen(() => import('~/features/groups/Groups')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/menus',
    component: reloadingScreen(() => import('~/features/menus/Menus')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/hours',
    component: reloadingScreen(() => import('~/features/hours/OpeningHours')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/codes',
    component: reloadingScreen(() => import('~/features/feature-codes/FeatureCodes')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/queues',
    component: reloadingScreen(() => import('~/features/queues/Queues')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/numbers',
    component: reloadingScreen(() => import('~/features/numbers/Numbers')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/trunks',
    component: reloadingScreen(() => import('~/features/trunks/Trunks')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/routes',
    component: reloadingScreen(() => import('~/features/outbound/Routes')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/emergency',
    component: reloadingScreen(() => import('~/features/emergency/Emergency')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/protection',
    component: reloadingScreen(() => import('~/features/protection/Protection')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/voicemail',
    component: reloadingScreen(() => import('~/features/voicemail/PortalVoicemail')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/recordings',
    component: reloadingScreen(() => import('~/features/recordings/PortalRecordings')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/recordings/policy',
    component: reloadingScreen(() => import('~/features/recordings/PortalRecordingPolicy')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/history',
    component: reloadingScreen(() => import('~/features/call-records/CallRecords')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/reports',
    component: reloadingScreen(() => import('~/features/reports/Reports')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/call-reports',
    component: reloadingScreen(() => import('~/features/call-reports/CallReports')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/costs',
    component: reloadingScreen(() => import('~/features/costs/Costs')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/billing',
    component: reloadingScreen(() => import('~/features/billing/Billing')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/organisation',
    component: reloadingScreen(() => import('~/features/organisation/PortalOrganisation')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/reselling',
    component: reloadingScreen(() => import('~/features/reselling/Reselling')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/health',
    component: reloadingScreen(() => import('~/features/health/Health')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/keys',
    component: reloadingScreen(() => import('~/features/keys/Keys')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/backups',
    component: reloadingScreen(() => import('~/features/backups/Backups')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/emails',
    component: reloadingScreen(() => import('~/features/emails/Emails')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/single-sign-on',
    component: reloadingScreen(() => import('~/features/single-sign-on/SingleSignOn')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/campaigns',
    component: reloadingScreen(() => import('~/features/campaigns/Campaigns')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/integrations',
    component: reloadingScreen(() => import('~/features/integrations/Integrations')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy',
    beforeLoad: toFirstPrivacyPage,
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/retention',
    component: reloadingScreen(() => import('~/features/privacy/Retention')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/holds',
    component: reloadingScreen(() => import('~/features/privacy/Holds')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/policy',
    component: reloadingScreen(() => import('~/features/privacy/PolicyVersions')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/copies',
    component: reloadingScreen(() => import('~/features/privacy/Copies')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/erasure',
    component: reloadingScreen(() => import('~/features/privacy/NumberErasure')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/requests',
    component: reloadingScreen(() => import('~/features/privacy/Requests')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/privacy/audit',
    component: reloadingScreen(() => import('~/features/privacy/AuditLog')),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/security',
    component: reloadingScreen(() => import('~/features/settings/PortalSecurity')),
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
    defaultNotFoundComponent: reloadingScreen(() => import('~/shell/NotFound')),
  });
