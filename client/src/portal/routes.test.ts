import { afterEach, expect, it } from 'vitest';
import { session } from '~/api/session';
import { forgetDestination, rememberDestination } from '~/core/destination';
import { createPortalRouter } from './routes';

afterEach(forgetDestination);

it('a page of the app that was opened in the same tab does not replace the start page', async () => {
  rememberDestination('/app/chat/c-1');
  session.setState(() => ({ state: 'in', me: { permissions: [] } as never, stale: false }));
  history.replaceState(null, '', '/portal/sign-in');
  const router = createPortalRouter();
  await router.navigate({ to: '/', replace: true });
  expect(location.pathname.replace(/\/$/, '')).toBe('/portal');
});
