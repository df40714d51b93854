import { notifyManager, QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import CallReports from './CallReports';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

const LOADS = ['showCallStatistics', 'listPersons', 'listQueues', 'listExtensions', 'listReportEmails'] as const;

it('shows no grey blocks for figures that could not be loaded', async () => {
  const [figures] = LOADS.map((each) => vi.spyOn(api, each).mockRejectedValue(new TypeError('No.')));
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const place = rendered(<CallReports />, queries);
  await eventually(() => expect(place.querySelector('[role=alert]')).not.toBeNull());
  await eventually(() => expect(place.querySelector('.mantine-Skeleton-root')).toBeNull());
  await eventually(() => expect(place.textContent).not.toContain('Loading…'));
  figures!.mockClear().mockReturnValue(new Promise(() => undefined) as never);
  void queries.refetchQueries({ queryKey: ['statistics'] });
  await eventually(() => expect(figures).toHaveBeenCalled());
  await new Promise<void>((resolve) => notifyManager.schedule(resolve)); // it is shown
  expect(place.querySelector('.mantine-Skeleton-root')).toBeNull();
});
