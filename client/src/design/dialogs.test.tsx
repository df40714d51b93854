import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, it, vi } from 'vitest';
import { closeDialogs, markDialogsMounted, openDialog } from './dialogs';

afterEach(() => vi.unstubAllGlobals());

it('a dialog requested before its provider is loaded is shown once, after it', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  const title = 'Start a meeting';
  openDialog({ title });
  openDialog({ title });
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  const dialogs = () => [...document.querySelectorAll('[role="dialog"]')].map((each) => each.textContent);
  await act(async () =>
    root.render(
      <MantineProvider env="test">
        <ModalsProvider>{null}</ModalsProvider>
      </MantineProvider>,
    ),
  );
  expect(dialogs()).toEqual([]);
  await act(async () => markDialogsMounted());
  expect(dialogs()).toEqual([title]);
  await act(async () => closeDialogs());
  expect(dialogs()).toEqual([]);
  act(() => root.unmount());
  place.remove();
});
