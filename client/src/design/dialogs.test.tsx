import { MantineProvider } from '@mantine/core';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, it, vi } from 'vitest';
import { closeDialogs, openDialog } from './dialogs';
import { Dialogs } from './Dialogs';

afterEach(() => vi.unstubAllGlobals());

it('a dialog requested before its provider is loaded is shown once, after it', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  const title = 'Start a meeting';
  openDialog({ title, children: null });
  openDialog({ title, children: null });
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  const dialogs = () => [...document.querySelectorAll('[role="dialog"]')].map((each) => each.textContent);
  expect(dialogs()).toEqual([]);
  await act(async () =>
    root.render(
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={new QueryClient()}>
          <MantineProvider env="test">
            <Dialogs />
          </MantineProvider>
        </QueryClientProvider>
      </I18nProvider>,
    ),
  );
  expect(dialogs()).toEqual([title]);
  await act(async () => closeDialogs());
  expect(dialogs()).toEqual([]);
  act(() => root.unmount());
  place.remove();
});
