import { IconPhoneRinging } from '@tabler/icons-react';
import { QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { usePages } from '~/design/lists';
import { RoutingPage } from './RoutingPage';
import { useTargets } from './useTargets';
import { api } from '~/api';
import { eventually } from '../../../test/eventually';
import { click, rendered } from '../../../test/rendered';

vi.mock('@tanstack/react-router', async (original) => ({ ...(await original<object>()), useSearch: () => ({}) }));

const LISTS = [
  'listGroups',
  'listQueues',
  'listMenus',
  'listHours',
  'listRooms',
  'listMailboxes',
  'listSounds',
] as const;

function Page() {
  const list = usePages<{ id: string }>(['items'], async () => ({ data: { items: [{ id: 'one' }], next: null } }));
  const { extension } = useTargets();
  return (
    <RoutingPage
      title="Items"
      create="New item"
      list={list}
      columns={[{ title: 'Name', render: () => extension?.[0]?.label ?? 'extension:1001' }]}
      name={({ id }) => id}
      form={() => null}
      empty={{ icon: IconPhoneRinging, text: 'None.' }}
    />
  );
}

it('destinations of a table whose names could not be loaded are loaded again by a button', async () => {
  for (const each of LISTS) vi.spyOn(api, each).mockResolvedValue({ data: { items: [], next: null } } as never);
  let failing = true;
  vi.spyOn(api, 'listExtensions').mockImplementation(async () => {
    if (failing) throw new TypeError('No.');
    return { data: { items: [{ number: '1001', name: 'Reception' }], next: null } } as never;
  });
  const place = rendered(<Page />, new QueryClient({ defaultOptions: { queries: { retry: false } } }));
  await eventually(() => expect(place.querySelector('[role=alert]')).not.toBeNull());
  failing = false;
  await click('[role=alert] button');
  await eventually(() => expect(place.textContent).toContain('Reception · 1001'));
  await eventually(() => expect(place.querySelector('[role=alert]')).toBeNull());
});
