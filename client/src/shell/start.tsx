import './styles';
import { type AnyRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { session } from '~/api/session';
import { Providers, queries } from './Providers';

interface Program {
  router: AnyRouter;
  overlays: ReactNode;
  /** Somebody who stood outside has come in. */
  onSignedIn: () => void;
}

/** Draw one of the two programs, and take whoever goes out to the sign-in with nothing of theirs left. */
export function start({ router, overlays, onSignedIn }: Program): void {
  let previous = session.state.state;
  session.subscribe((now) => {
    if (now.state === previous) return;
    const before = previous;
    previous = now.state;
    if (now.state === 'out') {
      queries.clear();
      void router.navigate({ to: '/sign-in', replace: true });
    } else if (before === 'out') {
      onSignedIn();
    } else {
      void router.invalidate();
    }
  });
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <Providers overlays={overlays}>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  );
}
