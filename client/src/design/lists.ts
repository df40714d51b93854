import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query';
import { useState } from 'react';
import { fetchAll, type PageLoader } from '~/core/pagination';

/** Polling interval of lists that change by themselves, and of lists that failed to load. */
export const POLL_INTERVAL_MS = 10_000;

/** A list as far as it was loaded. */
export interface List<T> {
  items: T[];
  /** The first page was loaded; before that the content is unknown, not empty. */
  loaded: boolean;
  fault: unknown;
  /** Load the next page, if there is one. */
  loadMore?: () => void;
  /** Load it anew, after a fault. */
  retry?: () => void;
  /** Fetch the whole list, for exports. */
  loadAll?: () => Promise<T[]>;
}

/** Whether the buttons of a list stand beside it: not in its empty state, which has its own, and not before it is known
 * to have items, because a button that moves loses the click. */
export const hasTools = ({ loaded, items, fault }: List<unknown>) => items.length > 0 || (!loaded && Boolean(fault));

interface ListOptions {
  /** Polling interval in ms. */
  pollMs?: number;
  /** Refetch on every mount and drop the cache on unmount. */
  alwaysFresh?: boolean;
  /** Show the former list while one with another key is loaded, as after a change of a filter. */
  keepFormer?: boolean;
}

/** A paginated list; `load` receives the cursor. */
export function usePages<T>(
  key: readonly unknown[],
  load: PageLoader<T>,
  { pollMs, alwaysFresh, keepFormer }: ListOptions = {},
): List<T> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam }) => (await load(pageParam)).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: ({ state }) => pollMs ?? (state.data ? false : POLL_INTERVAL_MS),
    ...(keepFormer && { placeholderData: keepPreviousData }),
    ...(alwaysFresh && { staleTime: 0, gcTime: 0 }),
  });
  const fault = useLoadFault(query);
  const data = fault && query.isPlaceholderData ? undefined : query.data;
  return {
    items: data?.pages.flatMap((page) => page.items) ?? [],
    loaded: data !== undefined,
    fault,
    loadMore: query.hasNextPage ? () => void query.fetchNextPage() : undefined,
    retry: () => void query.refetch(),
    loadAll: () => fetchAll(load),
  };
}

interface LoadState {
  data: unknown;
  error: unknown;
  /** Time of the last error of this query. */
  errorUpdatedAt: number;
  /** `data` are those of a former query. */
  isPlaceholderData?: boolean;
}

/**
 * Why a query was not loaded. Without data it drops its error while it loads again, but this stays: a notice that
 * disappears for that time moves what is below it and takes the focus.
 */
export function useLoadFault({ data, error, errorUpdatedAt, isPlaceholderData }: LoadState): unknown {
  const [last, setLast] = useState({ fault: error, at: errorUpdatedAt });
  // Another query, after a change of the key, has had no error, or at another time.
  const reloads = (data === undefined || isPlaceholderData) && errorUpdatedAt === last.at;
  const fault = error ?? (reloads ? last.fault : undefined);
  if (fault !== last.fault || errorUpdatedAt !== last.at) setLast({ fault, at: errorUpdatedAt });
  return fault;
}

const ALL = 'all';

/** Whether a query is that of a list to choose from. */
export const isChoices = (key: readonly unknown[]) => key.at(-1) === ALL;

/** A complete list, for selects. Cached separately from the paginated list of the same key. */
export function useAllPages<T>(key: readonly unknown[], load: PageLoader<T>, enabled = true): List<T> {
  const query = useQuery({
    queryKey: [...key, ALL],
    queryFn: () => fetchAll(load),
    enabled,
    refetchInterval: ({ state }) => (state.data ? false : POLL_INTERVAL_MS),
  });
  const fault = useLoadFault(query);
  return {
    items: query.data ?? [],
    loaded: query.data !== undefined,
    fault,
    retry: () => void query.refetch(),
  };
}

/**
 * Load the lists with these query keys anew after a change. A list whose first load is under way is begun anew too: an
 * invalidation alone would leave it, and it may not know of the change.
 */
export async function reloadLists(queries: QueryClient, keys: readonly string[]): Promise<void> {
  await Promise.all(
    keys.map(async (key) => {
      await queries.cancelQueries({ queryKey: [key] });
      await queries.invalidateQueries({ queryKey: [key] });
    }),
  );
}

interface Identified {
  id?: string;
}

/** Take an item out of the lists with these query keys, until they are loaded anew. */
export async function dropFromLists(queries: QueryClient, keys: readonly string[], id: string): Promise<void> {
  const without = (items: Identified[]) => items.filter((each) => each.id !== id);
  const dropped = (data: InfiniteData<{ items: Identified[] }> | Identified[] | undefined) => {
    if (Array.isArray(data)) return without(data);
    return data?.pages ? { ...data, pages: data.pages.map((page) => ({ ...page, items: without(page.items) })) } : data;
  };
  await Promise.all(
    keys.map(async (key) => {
      await queries.cancelQueries({ queryKey: [key] });
      queries.setQueriesData({ queryKey: [key] }, dropped);
    }),
  );
}
