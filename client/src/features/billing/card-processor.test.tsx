import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Problem } from '~/core/problem';
import { CardProcessor } from './CardProcessor';
import { eventually } from '../../../test/eventually';

vi.mock('~/design/Confirm', () => ({ confirmAction: async () => true }));

it('payments by card that could not be ended are reported', async () => {
  vi.spyOn(api, 'showCardProcessor').mockResolvedValue({ data: { enabled: true, mode: 'live' } } as never);
  vi.spyOn(api, 'removeCardProcessor').mockRejectedValue(new Problem('unreachable', 0, 'Gone.'));
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  root.render(
    <I18nProvider i18n={i18n}>
      <MantineProvider env="test">
        <QueryClientProvider client={new QueryClient()}>
          <CardProcessor />
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>,
  );
  const end = () => [...place.querySelectorAll('button')].find((each) => each.textContent === 'End payments by card');
  await eventually(() => expect(end()).toBeDefined());
  end()!.click();
  await eventually(() =>
    expect(place.querySelector('[role=alert]')?.textContent).toContain('The server is not responding'),
  );
  root.unmount();
  place.remove();
});
