import './styles';
import { type AnyRouter, RouterContextProvider, RouterProvider } from '@tanstack/react-router';
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { session } from '~/api/session';
import { closeDialogs } from '~/design/dialogs';
import { focusTitles } from '~/design/focus';
import { Providers, queries } from './Providers';

interface Program {
  router: AnyRouter;
  overlays: ReactNode;
  /** The user has signed in. */
  onSignedIn: () => void;
}

/** Render one of the two programs; on sign-out clear all queries, close all dialogs and navigate to the sign-in. */
export function start({ router, overlays, onSignedIn }: Program): void {
  let previous = session.state.state;
  session.subscribe((now) => {
    if (now.state === previous) return;
    const before = previous;
    previous = now.state;
    if (now.state === 'out') {
      queries.clear();
      closeDialogs();
      void router.navigate({ to: '/sign-in', replace: true, ignoreBlocker: true });
    } else if (before === 'out') {
      onSignedIn();
    } else {
      void router.invalidate();
    }
  });
  focusTitles(router);
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <Providers overlays={<RouterContextProvider router={router}>{overlays}</RouterContextProvider>}>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  );
}
