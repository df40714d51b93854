import { Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { hasPendingRequirements, session } from '~/api/session';
import { lazyPart } from '~/core/lazy-part';
import { useValue } from '~/core/store';

const PendingRequirements = lazyPart(() => import('~/features/sign-in/PendingRequirements'));
const PortalFrame = lazyPart(() => import('./portal/PortalFrame'));

/** The portal: its frame after sign-in, the bare screen before. */
export function PortalShell() {
  const now = useValue(session);
  if (now.state !== 'in') return <Outlet />;
  return <Suspense>{hasPendingRequirements(now) ? <PendingRequirements /> : <PortalFrame me={now.me} />}</Suspense>;
}
