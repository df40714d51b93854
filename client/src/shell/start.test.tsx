import { createMemoryHistory, createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { expect, it, onTestFinished } from 'vitest';
import { session } from '~/api/session';
import { dialogs, markDialogsMounted, openDialog } from '~/design/dialogs';
import { start } from './start';
import { eventually } from '../../test/eventually';

function Page({ title }: { title: string }) {
  const [shown, setShown] = useState(true);
  return (
    <main>
      <h1>{title}</h1>
      {shown && <button onClick={() => setShown(false)} />}
    </main>
  );
}

it('the title has the focus after a navigation, and when the control that had it is gone', async () => {
  const place = document.body.appendChild(document.createElement('div'));
  place.id = 'root';
  onTestFinished(() => place.remove());
  const root = createRootRoute({ notFoundComponent: () => null });
  const routes = ['/', '/next'].map((path) =>
    createRoute({ getParentRoute: () => root, path, component: () => <Page title={path} /> }),
  );
  const router = createRouter({ routeTree: root.addChildren(routes), history: createMemoryHistory() });
  start({ router, overlays: null, onSignedIn: () => undefined });
  await eventually(() => expect(place.querySelector('h1')?.textContent).toBe('/'));
  await router.navigate({ to: '/next' });
  await eventually(() => expect(document.activeElement).toBe(place.querySelector('h1')));
  expect(document.activeElement?.textContent).toBe('/next');
  const button = place.querySelector('button')!;
  button.focus();
  button.click();
  await eventually(() => expect(document.activeElement).toBe(place.querySelector('h1')));
});

it('a dialog is closed by a sign-out', async () => {
  const place = document.body.appendChild(document.createElement('div'));
  place.id = 'root';
  const router = createRouter({
    routeTree: createRootRoute({ notFoundComponent: () => null }),
    history: createMemoryHistory(),
  });
  start({ router, overlays: null, onSignedIn: () => undefined });
  session.setState(() => ({ state: 'in', me: {} as never, stale: false }));
  markDialogsMounted();
  openDialog({ title: 'Add a person', children: null });
  await eventually(() => expect(dialogs.state.map(({ opened }) => opened)).toEqual([true]));
  session.setState(() => ({ state: 'out' }));
  expect(dialogs.state.map(({ opened }) => opened)).toEqual([false]);
});
