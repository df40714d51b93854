import { useQuery } from '@tanstack/react-query';
import { api } from '~/api';
import { POLL_INTERVAL_MS } from '~/design/lists';

/** Permissions, limits and stops of calls outside. */
export const useFraud = (tenant?: string) =>
  useQuery({
    queryKey: ['fraud', tenant],
    queryFn: async () => (await api.showFraudStatus({ query: { tenant } })).data,
    refetchInterval: POLL_INTERVAL_MS,
  });
