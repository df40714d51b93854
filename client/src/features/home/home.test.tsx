import { QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import Home from './Home';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

vi.mock('@tanstack/react-router', async (original) => ({ ...(await original<object>()), Link: 'a' }));

const LOADS = ['showCallStatistics', 'listCalls', 'showSetUp', 'showAttention', 'listExtensions'] as const;

it('shows no grey blocks for figures that could not be loaded', async () => {
  for (const each of LOADS) vi.spyOn(api, each).mockRejectedValue(new TypeError('No.'));
  const place = rendered(<Home />, new QueryClient({ defaultOptions: { queries: { retry: false } } }));
  await eventually(() => expect(place.querySelector('[role=alert]')).not.toBeNull());
  await eventually(() => expect(place.querySelector('.mantine-Skeleton-root')).toBeNull());
  await eventually(() => expect(place.textContent).not.toContain('Loading…'));
});
