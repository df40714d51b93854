import { useQuery, type QueryClient } from '@tanstack/react-query';
import { api, type SignInOptions } from '~/api';
import { session } from '~/api/session';
import { tenantFromQuery } from './model';

/** How long the first screen waits for the options. Later ones move what is shown. */
const WAIT_MS = 1_000;

const optionsQuery = (tenant: string | undefined) => ({
  queryKey: ['sign-in-options', tenant],
  queryFn: async () => (await api.signInOptions(tenant ? { query: { tenant } } : undefined)).data,
});

/** Sign-in methods of a tenant, and whether the server sends e-mail. */
export function useSignInOptions(tenant: string | undefined): SignInOptions | undefined {
  return useQuery(optionsQuery(tenant)).data;
}

/** Without a session, fetch the options before the first screen, while the texts are being loaded. */
export async function prefetchSignInOptions(queries: QueryClient): Promise<void> {
  if (session.state.state !== 'out') return;
  await Promise.race([
    queries.prefetchQuery(optionsQuery(tenantFromQuery(location.search))),
    new Promise((resolve) => setTimeout(resolve, WAIT_MS)),
  ]);
}
