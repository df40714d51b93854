import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { events, type ServerEvents } from './events';
import { reloadQueries } from './reload-queries';

/** Load the queries whose key begins with `key` again after each event, and after a reconnect, before which some were missed. */
export function useReloadOnEvent(type: keyof ServerEvents, key: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    const reload = () => reloadQueries(queries, [key]);
    const unsubscribes = [events.on(type, reload), events.onConnected(reload)];
    return () => unsubscribes.forEach((unsubscribe) => unsubscribe());
  }, [queries, type, key]);
}
