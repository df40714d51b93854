import { useQuery } from '@tanstack/react-query';
import { api } from '~/api';
import { monthName, type Month } from './model';

/** The plan of the organisation, and its trial. */
export function usePlan(tenant?: string) {
  return useQuery({
    queryKey: ['tenant-plan', tenant],
    queryFn: async () => (await api.showTenantPlan({ query: { tenant } })).data,
  });
}

/** The charges of a month. */
export function useCharges(tenant: string | undefined, month: Month) {
  return useQuery({
    queryKey: ['charges', tenant, month],
    queryFn: async () => (await api.showCharges({ query: { tenant, month: monthName(month, new Date()) } })).data,
  });
}

/** The limit of calls outside, and what is left of it. */
export function useCredit(tenant?: string) {
  return useQuery({
    queryKey: ['credit', tenant],
    queryFn: async () => (await api.showCredit({ query: { tenant } })).data,
  });
}
