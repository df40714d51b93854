import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { allOf, type Load } from '~/kernel/pages';

/** How often a list is asked for again in which things come and go by themselves, and any that could not be had. */
export const WATCHED_MS = 10_000;

/** A list as far as it was fetched. */
export interface List<T> {
  items: T[];
  /** The server has said what is in it; before that it is not empty, but unknown. */
  known: boolean;
  fault: unknown;
  /** Fetches the next ones, while there are any. */
  more?: () => void;
}

interface Freshness {
  /** How often it is asked for again, in ms. */
  every?: number;
  /** It is asked for whenever it is shown, and forgotten when it is not. */
  anew?: boolean;
}

/** A list the server gives in pages; `more` fetches the next while there is one. `load` gets the cursor. */
export function usePages<T>(key: readonly unknown[], load: Load<T>, { every, anew }: Freshness = {}): List<T> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam }) => (await load(pageParam)).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: ({ state }) => every ?? (state.data ? false : WATCHED_MS),
    ...(anew && { staleTime: 0, gcTime: 0 }),
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items) ?? [],
    known: query.data !== undefined,
    fault: query.error,
    more: query.hasNextPage ? () => void query.fetchNextPage() : undefined,
  };
}

/** All of a list, for choosing from it. What is fetched of it page by page under the same key is another thing. */
export function useAll<T>(key: readonly unknown[], load: Load<T>): List<T> {
  const query = useQuery({
    queryKey: [...key, 'all'],
    queryFn: () => allOf(load),
    refetchInterval: ({ state }) => (state.data ? false : WATCHED_MS),
  });
  return { items: query.data ?? [], known: query.data !== undefined, fault: query.error };
}
