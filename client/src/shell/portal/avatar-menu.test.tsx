import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { createMemoryHistory, createRootRoute, createRouter, RouterContextProvider } from '@tanstack/react-router';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { AvatarMenu } from './AvatarMenu';
import { eventually } from '../../../test/eventually';

const calls = vi.hoisted(() => ({ signOut: vi.fn(), mayLeavePage: vi.fn<() => Promise<boolean>>() }));
vi.mock('~/api/session', async (original) => ({ ...(await original<object>()), signOut: calls.signOut }));
vi.mock('~/design/unsaved-input', () => ({ mayLeavePage: calls.mayLeavePage }));
vi.mock('~/features/chat', () => ({ useConfirmUnsent: () => async () => true }));

const click = (selector: string, text = '') =>
  eventually(() => {
    const found = [...document.querySelectorAll<HTMLElement>(selector)].find((each) => each.textContent.includes(text));
    expect(found).toBeDefined();
    found?.click();
  });

it('the sign-out asks before the input of the page is lost', async () => {
  calls.mayLeavePage.mockResolvedValueOnce(false).mockResolvedValueOnce(true);
  const router = createRouter({ routeTree: createRootRoute(), history: createMemoryHistory() });
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  root.render(
    <RouterContextProvider router={router as never}>
      <I18nProvider i18n={i18n}>
        <MantineProvider env="test">
          <QueryClientProvider client={new QueryClient()}>
            <AvatarMenu me={{ person: null } as never} />
          </QueryClientProvider>
        </MantineProvider>
      </I18nProvider>
    </RouterContextProvider>,
  );
  await click('button');
  await click('[role=menuitem]', 'Sign out');
  await eventually(() => expect(calls.mayLeavePage).toHaveBeenCalledOnce());
  expect(calls.signOut).not.toHaveBeenCalled();
  await click('button');
  await click('[role=menuitem]', 'Sign out');
  await eventually(() => expect(calls.signOut).toHaveBeenCalledOnce());
  root.unmount();
});
