import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, it } from 'vitest';
import { Problem } from '~/core/problem';
import { toasts } from '~/core/toasts';
import { useChanges } from './changes';
import { eventually } from '../../test/eventually';

let changes: ReturnType<typeof useChanges>;

function Probe() {
  changes = useChanges([]);
  return null;
}

const root = createRoot(document.createElement('div'));

afterEach(() => root.unmount());

it('Undo says that the item was changed again meanwhile', async () => {
  root.render(
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={new QueryClient()}>
        <Probe />
      </QueryClientProvider>
    </I18nProvider>,
  );
  await eventually(() => expect(changes).toBeDefined());
  await changes.mutateAsync({
    apply: async () => undefined,
    undo: () => Promise.reject(new Problem('changed_meanwhile', 412, 'Changed.')),
    message: 'Saved',
  });
  await toasts.state.at(-1)?.undo?.();
  expect(toasts.state.at(-1)?.message).toBe('Not undone: it was changed again meanwhile.');
});
