import type { QueryClient, QueryKey } from '@tanstack/react-query';

/**
 * Load the queries whose key begins with `key` again. A first load that is under way, which may have read what was there
 * before, is followed by another one: `invalidateQueries` alone repeats only queries that have data. It is not begun anew,
 * as `reloadLists` does after a change of the user: frequent events would keep a slow load from ever ending.
 */
export function reloadQueries(queries: QueryClient, key: QueryKey): void {
  const repeat = prepareToRepeat(queries, key);
  void queries.invalidateQueries({ queryKey: key });
  repeat();
}

/**
 * Let each first load that is under way be followed by another one, after a change of the user: it may have read what was
 * there before, and the change itself repeats only queries that have data.
 */
export function repeatFirstLoads(queries: QueryClient): void {
  prepareToRepeat(queries)();
}

/** Find the first loads that are under way; the returned function lets each be followed by another one. */
function prepareToRepeat(queries: QueryClient, queryKey?: QueryKey): () => void {
  const loading = queries.getQueryCache().findAll({ queryKey, fetchStatus: 'fetching' });
  const first = loading.filter((each) => each.state.data === undefined);
  return () => {
    for (const { promise, queryKey: key } of first) {
      const again = () => void queries.invalidateQueries({ queryKey: key, exact: true });
      promise?.then(again, again);
    }
  };
}
