import { notifyManager, QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Problem } from '~/core/problem';
import LiveCalls from './LiveCalls';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

it.each([
  [500, 1],
  [403, 0],
])('settings that are answered with %i give %i notice', async (status, notices) => {
  vi.spyOn(api, 'listCalls').mockResolvedValue({ data: { items: [], total: 0 } } as never);
  vi.spyOn(api, 'showRecordingSettings').mockRejectedValue(new Problem('refused', status, 'No.'));
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const place = rendered(<LiveCalls />, queries);
  await eventually(() => expect(queries.getQueryState(['recording-settings', undefined])?.status).toBe('error'));
  await eventually(() => expect(place.textContent).toContain('No active calls'));
  await new Promise<void>((resolve) => notifyManager.schedule(resolve)); // the answer is shown
  await eventually(() => expect(place.querySelectorAll('[role=alert]')).toHaveLength(notices));
});
