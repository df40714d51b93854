import { queryOptions } from '@tanstack/react-query';
import { api } from '~/api';

/** The holds of a tenant, the latest first. */
export const holdsOf = (tenant?: string) =>
  queryOptions({
    queryKey: ['holds', tenant],
    queryFn: async () => (await api.listHolds({ query: { tenant } })).data.items,
  });
