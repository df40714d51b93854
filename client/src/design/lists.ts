import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { fetchAll, type PageLoader } from '~/core/pagination';

/** How often a list is asked for again in which things come and go by themselves, and any that could not be had. */
export const POLL_INTERVAL_MS = 10_000;

/** A list as far as it was fetched. */
export interface List<T> {
  items: T[];
  /** The server has said what is in it; before that it is not empty, but unknown. */
  loaded: boolean;
  fault: unknown;
  /** Fetches the next ones, while there are any. */
  loadMore?: () => void;
}

interface ListOptions {
  /** How often it is asked for again, in ms. */
  pollMs?: number;
  /** It is asked for whenever it is shown, and forgotten when it is not. */
  alwaysFresh?: boolean;
}

/** A list the server gives in pages; `more` fetches the next while there is one. `load` gets the cursor. */
export function usePages<T>(
  key: readonly unknown[],
  load: PageLoader<T>,
  { pollMs, alwaysFresh }: ListOptions = {},
): List<T> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam }) => (await load(pageParam)).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: ({ state }) => pollMs ?? (state.data ? false : POLL_INTERVAL_MS),
    ...(alwaysFresh && { staleTime: 0, gcTime: 0 }),
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items) ?? [],
    loaded: query.data !== undefined,
    fault: query.error,
    loadMore: query.hasNextPage ? () => void query.fetchNextPage() : undefined,
  };
}

/** All of a list, for choosing from it. What is fetched of it page by page under the same key is another thing. */
export function useAllPages<T>(key: readonly unknown[], load: PageLoader<T>): List<T> {
  const query = useQuery({
    queryKey: [...key, 'all'],
    queryFn: () => fetchAll(load),
    refetchInterval: ({ state }) => (state.data ? false : POLL_INTERVAL_MS),
  });
  return { items: query.data ?? [], loaded: query.data !== undefined, fault: query.error };
}
