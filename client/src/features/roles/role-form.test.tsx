import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Problem } from '~/core/problem';
import { RoleForm } from './RoleForm';
import { eventually } from '../../../test/eventually';

it('permissions that fail to load are reported, and loaded again on request', async () => {
  const load = vi.spyOn(api, 'listPermissions').mockRejectedValue(new Problem('unreachable', 0, 'Gone.'));
  vi.spyOn(api, 'listRoles').mockResolvedValue({ data: { items: [] } } as never);
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  root.render(
    <I18nProvider i18n={i18n}>
      <MantineProvider env="test">
        <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
          <RoleForm onClose={() => undefined} />
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>,
  );
  const again = () => [...place.querySelectorAll('button')].find((each) => each.textContent === 'Try again');
  await eventually(() => expect(again()).toBeDefined());
  expect(place.querySelectorAll('fieldset')).toHaveLength(0);
  load.mockResolvedValue({ data: { items: [{ name: 'people', area: 'people', own: true, implies: [] }] } } as never);
  again()!.click();
  await eventually(() => expect(place.querySelectorAll('input[type=checkbox]')).toHaveLength(1));
  root.unmount();
  place.remove();
});
