import { MantineProvider } from '@mantine/core';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { I18nProvider } from '@lingui/react';
import { i18n } from '@lingui/core';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { ErrorPage } from './ErrorPage';
import { lazyScreen } from './lazy-screen';
import { eventually } from '../../test/eventually';

it('a screen that cannot be loaded shows an error and does not reload by itself', async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  vi.spyOn(console, 'warn').mockReturnValue();
  const gone = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module: /assets/Dial.js'));
  const router = createRouter({
    routeTree: createRootRoute({ component: lazyScreen(gone) }),
    history: createMemoryHistory(),
    defaultErrorComponent: ErrorPage,
  });
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  root.render(
    <I18nProvider i18n={i18n}>
      <MantineProvider>
        <RouterProvider router={router as never} />
      </MantineProvider>
    </I18nProvider>,
  );
  await eventually(() => expect(document.querySelector('h1')?.textContent).toBe('Page could not be loaded'));
  expect(document.querySelector('button')?.textContent).toBe('Reload');
  root.unmount();
});
