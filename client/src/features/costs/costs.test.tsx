import { QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Problem } from '~/core/problem';
import Costs from './Costs';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

it('a part that cannot be loaded says so, and the others are shown', async () => {
  const plan = vi.spyOn(api, 'showTenantPlan').mockRejectedValue(new Problem('our-mistake', 500, 'No.'));
  vi.spyOn(api, 'showCharges').mockResolvedValue({
    data: { included: [], storage: [], charges: [], unrated: 0 },
  } as never);
  vi.spyOn(api, 'showCredit').mockResolvedValue({ data: {} } as never);
  vi.spyOn(api, 'showUsage').mockResolvedValue({ data: { items: [] } } as never);
  vi.spyOn(api, 'listRateDecks').mockResolvedValue({ data: { items: [], next: null } } as never);
  const place = rendered(<Costs />, new QueryClient({ defaultOptions: { queries: { retry: false } } }));
  await eventually(() => expect(place.querySelector('[role=alert]')).not.toBeNull());
  expect(place.textContent).toContain('No calls outside in this period.');
  expect(plan.mock.calls.length).toBeLessThan(4);
});
