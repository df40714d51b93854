import { useQuery } from '@tanstack/react-query';
import { api, type CustomRole, type Permission } from '~/api';

/** Query keys of the lists that show roles and who has them. */
export const ROLE_LISTS = ['roles', 'person-roles', 'role-members', 'provisioned-groups'];

export function useRoles(tenant?: string) {
  return useQuery({
    queryKey: ['roles', tenant],
    queryFn: async (): Promise<CustomRole[]> => (await api.listRoles({ query: { tenant } })).data.items,
  });
}

export function usePermissions(tenant?: string) {
  return useQuery({
    queryKey: ['permissions', tenant],
    queryFn: async (): Promise<Permission[]> => (await api.listPermissions({ query: { tenant } })).data.items,
  });
}
