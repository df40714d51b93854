import { useInfiniteQuery } from '@tanstack/react-query';

interface Page<T> {
  items: T[];
  next: string | null;
}

/** How often a list is asked for again in which things come and go by themselves. */
export const WATCHED_MS = 10_000;

/** A list the server gives in pages; `more` fetches the next while there is one. `load` gets the cursor. */
export function usePages<T>(key: readonly unknown[], load: (cursor?: string) => Promise<{ data: Page<T> }>, every = 0) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam }) => (await load(pageParam)).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: every || false,
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items) ?? [],
    loading: query.isPending,
    fault: query.error,
    more: query.hasNextPage ? () => void query.fetchNextPage() : undefined,
  };
}
