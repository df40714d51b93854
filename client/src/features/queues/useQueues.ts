import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useInterval } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { api, type LiveQueue, type Queue } from '~/api';
import { events } from '~/api/events';
import { reloadQueries } from '~/api/reload-queries';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages } from '~/design/lists';

const POLL_MS = 15_000;

/** The queues of a tenant, and the live view of one; both are loaded again when the server reports a change. */
export function useQueues(tenant: string | undefined, wanted: string | null) {
  const queries = useQueryClient();
  const queues = useAllPages<Queue>(['queues', tenant], (cursor) =>
    api.listQueues({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  );
  const chosen = queues.items.find((each) => each.id === wanted) ?? queues.items[0];
  const live = useQuery({
    queryKey: ['queues', tenant, 'live', chosen?.id],
    queryFn: async () => (await api.showLiveQueue({ path: { queue: chosen?.id ?? '' }, query: { tenant } })).data,
    enabled: chosen !== undefined,
    refetchInterval: POLL_MS,
  });
  useEffect(() => {
    const refresh = (...key: unknown[]) => reloadQueries(queries, ['queues', ...key]);
    const unsubscribes = [
      events.on('queue', ({ id }) => {
        refresh(tenant, 'all');
        refresh(tenant, 'live', id); // others have events of their own
      }),
      events.onConnected(() => refresh()),
    ];
    return () => unsubscribes.forEach((unsubscribe) => unsubscribe());
  }, [queries, tenant]);
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), 1000, { autoInvoke: true });
  const since = Math.max(0, (now - live.dataUpdatedAt) / 1000);
  return { queues, chosen, live: live.data && advanced(live.data, since), fault: live.error, retry: live.refetch };
}

/** A live view some seconds later: waits and states last longer. */
export function advanced(live: LiveQueue, seconds: number): LiveQueue {
  return {
    ...live,
    waiting: live.waiting.map((each) => ({ ...each, waited: each.waited + seconds })),
    agents: live.agents.map((each) => ({ ...each, seconds: each.seconds + seconds })),
  };
}
