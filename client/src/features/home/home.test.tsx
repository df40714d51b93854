import { notifyManager, QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import Home from './Home';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

vi.mock('@tanstack/react-router', async (original) => ({ ...(await original<object>()), Link: 'a' }));

const LOADS = ['showCallStatistics', 'listCalls', 'showSetUp', 'showAttention', 'listExtensions'] as const;

it('shows notices for what could not be loaded, without grey blocks, and keeps them while it loads again', async () => {
  const loads = LOADS.map((each) => vi.spyOn(api, each).mockRejectedValue(new TypeError('No.')));
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const place = rendered(<Home />, queries);
  const notices = () => [...place.querySelectorAll('[role=alert]')];
  await eventually(() => expect(notices()).toHaveLength(4)); // the set-up, figures, live calls, what needs attention
  await eventually(() => expect(place.querySelector('.mantine-Skeleton-root')).toBeNull());
  await eventually(() => expect(place.textContent).not.toContain('Loading…'));
  const before = notices();
  for (const load of loads) load.mockClear().mockReturnValue(new Promise(() => undefined) as never);
  void queries.refetchQueries();
  await eventually(() => loads.slice(0, 4).forEach((load) => expect(load).toHaveBeenCalled()));
  await new Promise<void>((resolve) => notifyManager.schedule(resolve)); // it is shown
  notices().forEach((notice, index) => expect(notice).toBe(before[index]));
  expect(notices()).toHaveLength(4);
  expect(place.querySelector('.mantine-Skeleton-root')).toBeNull();
  expect(place.textContent).not.toContain('Loading…');
});
