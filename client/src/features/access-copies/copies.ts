import { queryOptions } from '@tanstack/react-query';
import { api } from '~/api';

const POLL_MS = 1_500;

/** The copies that the user has requested, newest first; asked for again while one is being made. */
export const copiesOf = (tenant?: string) =>
  queryOptions({
    queryKey: ['access-copies', tenant],
    queryFn: async () => (await api.listAccessCopies({ query: { tenant } })).data.items,
    refetchInterval: ({ state }) => (state.data?.some((each) => each.state === 'requested') ? POLL_MS : false),
    staleTime: 0,
  });
