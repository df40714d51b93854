import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '~/api';
import { useReloadOnEvent } from '~/api/useReloadOnEvent';

const KEY = 'received-notices';

/** Number of unread notices; 0 until it is known. */
export function useUnreadNotices(): number {
  useReloadOnEvent('notices', KEY);
  const { data } = useQuery({
    queryKey: [KEY, 'unread'],
    queryFn: async () => (await api.countUnreadNotices()).data.unread,
  });
  return data ?? 0;
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
