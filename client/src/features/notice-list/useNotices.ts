import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '~/api';
import { events } from '~/api/events';

const KEY = ['received-notices'];

/** Number of unread notices; 0 until it is known. */
export function useUnreadNotices(): number {
  const queries = useQueryClient();
  useEffect(() => {
    const refresh = () => void queries.invalidateQueries({ queryKey: KEY });
    const unsubscribes = [events.on('notices', refresh), events.onConnected(refresh)];
    return () => unsubscribes.forEach((each) => each());
  }, [queries]);
  const { data } = useQuery({
    queryKey: [...KEY, 'unread'],
    queryFn: async () => (await api.countUnreadNotices()).data.unread,
  });
  return data ?? 0;
}

/** The key of the list in a language. */
export function listKey(language: string) {
  return [...KEY, 'list', language];
}

/** Marks the notices as read, up to the one with the id. */
export function useMarkRead() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (newest: string) => (await api.markNoticesRead({ body: { newest } })).data,
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
