import { MantineProvider } from '@mantine/core';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import ConversationPage from './ConversationPage';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useParams: () => ({ conversation: 'left' }),
  Link: 'a',
}));
vi.mock('./chats', async () => {
  const { createStore } = await import('~/core/store');
  const state = createStore({ conversations: [], threads: {} });
  return { chats: { state, open: async () => undefined, openConversation: async () => undefined } };
});
vi.mock('./ConversationDetails', () => ({}));
vi.mock('~/features/call', () => ({}));
vi.mock('~/design/Page', () => ({ Page: ({ children }: { children: unknown }) => children }));

it('a conversation that the user has left is not found, and not awaited for ever', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  i18n.loadAndActivate({ locale: 'en', messages: {} });
  const page = document.body.appendChild(document.createElement('div'));
  const root = createRoot(page);
  await act(async () =>
    root.render(
      <I18nProvider i18n={i18n}>
        <MantineProvider env="test">
          <ConversationPage />
        </MantineProvider>
      </I18nProvider>,
    ),
  );
  expect(page.querySelector('[role=alert]')?.textContent).toContain('Not found');
  act(() => root.unmount());
});
