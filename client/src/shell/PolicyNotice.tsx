import { useRouterState } from '@tanstack/react-router';
import { Suspense } from 'react';
import { session } from '~/api/session';
import { lazyPart } from '~/core/lazy-part';
import { useValue } from '~/core/store';
import { ErrorBoundary } from '~/design/ErrorBoundary';

const PolicyChanges = lazyPart(() => import('~/features/privacy/PolicyChanges'));

/** Notice of an ordinary change of the privacy policy. Opening another screen accepts it. */
export function PolicyNotice() {
  const pending = useValue(session, (each) => each.state === 'in' && !each.stale && each.me.policy === 'notice');
  const screen = useRouterState({ select: (each) => each.location.pathname });
  if (!pending) return null;
  return (
    <ErrorBoundary>
      <Suspense>
        <PolicyChanges screen={screen} />
      </Suspense>
    </ErrorBoundary>
  );
}
