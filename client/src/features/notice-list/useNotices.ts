import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '~/api';
import { useReloadOnEvent } from '~/api/useReloadOnEvent';
import { POLL_INTERVAL_MS, useLoadFault } from '~/design/lists';

const KEY = 'received-notices';

/** Number of unread notices; 0 until it is known. `failed`: it could not be loaded, which is repeated. */
export function useUnreadNotices() {
  useReloadOnEvent('notices', KEY);
  const query = useQuery({
    queryKey: [KEY, 'unread'],
    queryFn: async () => (await api.countUnreadNotices()).data.unread,
    refetchInterval: ({ state }) => (state.error ? POLL_INTERVAL_MS : false),
  });
  const fault = useLoadFault(query);
  return { count: query.data ?? 0, failed: fault !== undefined && fault !== null };
}

/** The key of the list in a language. */
export function listKey(language: string) {
  return [KEY, 'list', language];
}

/** Marks the notices as read, up to the one with the id. */
export function useMarkRead() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (newest: string) => (await api.markNoticesRead({ body: { newest } })).data,
    onSettled: () => queries.invalidateQueries({ queryKey: [KEY] }),
  });
}
