import { QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Problem } from '~/core/problem';
import { RoleForm } from './RoleForm';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

it('permissions that fail to load are reported, and loaded again on request', async () => {
  const load = vi.spyOn(api, 'listPermissions').mockRejectedValue(new Problem('unreachable', 0, 'Gone.'));
  vi.spyOn(api, 'listRoles').mockResolvedValue({ data: { items: [] } } as never);
  const place = rendered(
    <RoleForm onClose={() => undefined} />,
    new QueryClient({ defaultOptions: { queries: { retry: false } } }),
  );
  const again = () => [...place.querySelectorAll('button')].find((each) => each.textContent === 'Try again');
  await eventually(() => expect(again()).toBeDefined());
  expect(place.querySelectorAll('fieldset')).toHaveLength(0);
  load.mockResolvedValue({ data: { items: [{ name: 'people', area: 'people', own: true, implies: [] }] } } as never);
  again()!.click();
  await eventually(() => expect(place.querySelectorAll('input[type=checkbox]')).toHaveLength(1));
});
