import { createMemoryHistory, createRootRoute, createRouter } from '@tanstack/react-router';
import { expect, it } from 'vitest';
import { session } from '~/api/session';
import { dialogs, markDialogsMounted, openDialog } from '~/design/dialogs';
import { start } from './start';
import { eventually } from '../../test/eventually';

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
