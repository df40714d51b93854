import { MantineProvider } from '@mantine/core';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { I18nProvider } from '@lingui/react';
import { i18n } from '@lingui/core';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ErrorPage } from './ErrorPage';
import { lazyScreen, reloadingScreen } from './lazy-screen';
import { eventually } from '../../test/eventually';

/** Attempts until the page gives up, and the time they take. */
const ATTEMPTS = 3;
const LOADING_MS = 2_500;

let root: Root;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(console, 'error').mockReturnValue();
  vi.spyOn(console, 'warn').mockReturnValue();
});

afterEach(() => {
  root.unmount();
  vi.useRealTimers();
  document.body.replaceChildren();
});

const gone = () => new TypeError('Failed to fetch dynamically imported module: /assets/Dial.js');
const loaded = { default: () => <h1>Dial</h1> };
const heading = () => document.querySelector('h1')?.textContent;

async function show(load: () => Promise<typeof loaded>, screenOf: typeof lazyScreen = lazyScreen): Promise<void> {
  const router = createRouter({
    routeTree: createRootRoute({ component: screenOf(load) }),
    history: createMemoryHistory(),
    defaultErrorComponent: ErrorPage,
  });
  root = createRoot(document.body.appendChild(document.createElement('div')));
  root.render(
    <I18nProvider i18n={i18n}>
      <MantineProvider>
        <RouterProvider router={router as never} />
      </MantineProvider>
    </I18nProvider>,
  );
  await vi.advanceTimersByTimeAsync(LOADING_MS);
}

it('a screen that fails to load at first is shown', async () => {
  await show(vi.fn().mockRejectedValueOnce(gone()).mockResolvedValue(loaded));
  await eventually(() => expect(heading()).toBe('Dial'));
});

it('one that cannot be loaded shows an error, does not reload by itself, and can be tried again', async () => {
  const load = vi.fn().mockRejectedValue(gone());
  await show(load);
  await eventually(() => expect(heading()).toBe('Page could not be loaded'));
  expect(load).toHaveBeenCalledTimes(ATTEMPTS);
  const buttons = [...document.querySelectorAll('button')];
  expect(buttons.map((each) => each.textContent)).toEqual(['Try again', 'Reload']);
  load.mockResolvedValue(loaded);
  act(() => buttons[0]!.click());
  await eventually(() => expect(heading()).toBe('Dial'));
});

it('one that cannot be loaded without a network is shown once there is one', async () => {
  const load = vi.fn().mockRejectedValue(gone());
  await show(load);
  await eventually(() => expect(heading()).toBe('Page could not be loaded'));
  load.mockResolvedValue(loaded);
  window.dispatchEvent(new Event('online'));
  await eventually(() => expect(heading()).toBe('Dial'));
});

it('one that reloads the page does not while the server is down', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  const load = vi.fn().mockRejectedValue(gone());
  await show(load, reloadingScreen);
  await eventually(() => expect(heading()).toBe('Page could not be loaded'));
  vi.unstubAllGlobals();
  load.mockResolvedValue(loaded);
  act(() => document.querySelector('button')!.click());
  await eventually(() => expect(heading()).toBe('Dial'));
});
