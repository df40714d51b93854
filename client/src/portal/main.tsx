import '~/shell/styles';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { listenWhileSignedIn } from '~/api/events';
import { lookUp, session } from '~/api/session';
import { speak } from '~/kernel/language';
import Overlays from '~/shell/Overlays';
import { Providers, queries } from '~/shell/Providers';
import { router } from './routes';

await Promise.all([speak(), lookUp()]);

let was = session.state.state;
session.subscribe((now) => {
  if (now.state === was) return;
  was = now.state;
  if (now.state === 'out') {
    queries.clear();
    void router.navigate({ to: '/sign-in', replace: true });
  } else {
    void router.invalidate();
  }
});

listenWhileSignedIn();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Providers overlays={<Overlays />}>
      <RouterProvider router={router} />
    </Providers>
  </StrictMode>,
);
