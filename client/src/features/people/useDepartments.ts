import { useQuery } from '@tanstack/react-query';
import { api } from '~/api';

/** Names of the departments of the organisation, in order. */
export function useDepartments(tenant?: string): string[] {
  const { data } = useQuery({
    queryKey: ['departments', tenant],
    queryFn: async () => (await api.listDepartments({ query: { tenant } })).data.items.map(({ name }) => name),
  });
  return data ?? [];
}
