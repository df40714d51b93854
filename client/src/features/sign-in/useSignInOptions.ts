import { useQuery } from '@tanstack/react-query';
import { api, type SignInOptions } from '~/api';

/** Sign-in methods of a tenant, and whether the server sends e-mail. */
export function useSignInOptions(tenant: string | undefined): SignInOptions | undefined {
  const { data } = useQuery({
    queryKey: ['sign-in-options', tenant],
    queryFn: async () => (await api.signInOptions(tenant ? { query: { tenant } } : undefined)).data,
  });
  return data;
}
