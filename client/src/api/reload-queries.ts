import type { QueryClient, QueryKey } from '@tanstack/react-query';

/**
 * Load the queries whose key begins with `key` again. A first load that is under way, which may have read what was there
 * before, is followed by another one: `invalidateQueries` alone repeats only queries that have data. It is not begun anew,
 * as `reloadLists` does after a change of the user: frequent events would keep a slow load from ever ending.
 */
export function reloadQueries(queries: QueryClient, key: QueryKey): void {
  const loading = queries.getQueryCache().findAll({ queryKey: key, fetchStatus: 'fetching' });
  const first = loading.filter((each) => each.state.data === undefined);
  void queries.invalidateQueries({ queryKey: key });
  for (const { promise, queryKey } of first) {
    const again = () => void queries.invalidateQueries({ queryKey, exact: true });
    promise?.then(again, again);
  }
}
