import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { Problem } from '~/core/problem';
import { Drawer } from './Drawer';
import { useAllPages } from './lists';
import { eventually } from '../../test/eventually';
import { click, rendered } from '../../test/rendered';

it('a form says that a list of choices could not be loaded, and loads it again', async () => {
  let loads = 0;
  const load = async () => {
    loads += 1;
    if (loads === 1) throw new Problem('our-mistake', 500, 'No.');
    return { data: { items: [{ id: 'first' }], next: null } };
  };
  const Choices = () => <p>{useAllPages<{ id: string }>(['choices'], load).items.map(({ id }) => id)}</p>;
  rendered(
    <Drawer opened title="New" onClose={() => undefined}>
      <Choices />
    </Drawer>,
    new QueryClient({ defaultOptions: { queries: { retry: false } } }),
  );
  const alerts = () => document.querySelectorAll('[role=dialog] [role=alert]');
  await eventually(() => expect(alerts()).toHaveLength(1));
  await click('[role=alert] button');
  await eventually(() => expect(document.querySelector('[role=dialog] p')?.textContent).toBe('first'));
  expect(alerts()).toHaveLength(0);
});
