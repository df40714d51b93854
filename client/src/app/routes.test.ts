import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeEach, describe, expect, it } from 'vitest';
import { session, type Session } from '~/api/session';
import { destination, forgetDestination, rememberDestination } from '~/core/destination';
import { Inside } from './Inside';
import { createAppRouter } from './routes';
import { eventually } from '../../test/eventually';

beforeEach(forgetDestination);

/** The address after the page `path` was opened in the given state, and the user has signed in. */
async function afterSignIn(path: string, state: Session = { state: 'out' }): Promise<string> {
  session.setState(() => state);
  history.replaceState(null, '', path);
  const router = createAppRouter();
  await router.load();
  expect(location.pathname).toBe('/app/sign-in');
  session.setState(() => ({ state: 'in', me: {} as never, stale: false }));
  await router.navigate({ to: '/', replace: true });
  return location.pathname + location.search;
}

describe('a link that was opened without a session', () => {
  it.each(['/app/chat/c-1', '/app/meetings/m-1', '/app/calls?pad=true&number=%22110%22'])('%s', async (path) => {
    expect(await afterSignIn(path)).toBe(path);
  });

  it('does not replace the start page', async () => {
    expect(await afterSignIn('/app/')).toBe('/app/calls');
  });

  it('is not one that only the pointer was on', async () => {
    session.setState(() => ({ state: 'out' }));
    history.replaceState(null, '', '/app/sign-in');
    const router = createAppRouter();
    await router.load();
    await router.preloadRoute({ to: '/team' });
    expect(destination()).toBeUndefined();
  });

  it('shows the next user nothing that the former one left behind', async () => {
    expect(await afterSignIn('/app/chat/c-1', { state: 'out', because: 'left' })).toBe('/app/calls');
    const ended = await afterSignIn('/app/team?show=rooms', { state: 'out', because: 'ended' });
    expect(ended).toBe('/app/team');
  });
});

it('a page that needs a session ends the memory of the link', async () => {
  history.replaceState(null, '', '/app/team');
  rememberDestination('/app/team');
  const route = createRootRoute({ component: Inside, notFoundComponent: () => null });
  const router = createRouter({ routeTree: route, history: createMemoryHistory() });
  const root = createRoot(document.createElement('div'));
  root.render(createElement(RouterProvider, { router: router as never }));
  await eventually(() => expect(destination()).toBeUndefined());
  root.unmount();
});
