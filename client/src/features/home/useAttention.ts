import { useQuery } from '@tanstack/react-query';
import { api, type Readiness } from '~/api';
import { useIsOperator } from '~/api/session';
import { useLoadFault } from '~/design/lists';

const POLL_MS = 60_000;

/** Open matters of an administrator; for operators also the components of the server that are not ready. */
export function useAttention(tenant?: string) {
  const operator = useIsOperator();
  const { data, error, refetch } = useQuery({
    queryKey: ['attention', tenant],
    queryFn: async () => (await api.showAttention({ query: { tenant } })).data.items,
    refetchInterval: POLL_MS,
  });
  const fault = useLoadFault({ data, error });
  const { data: parts } = useQuery({
    queryKey: ['readiness'],
    // 503 with the same content while a component is not ready.
    queryFn: async () => ((await (await fetch('/readyz')).json()) as Readiness).parts,
    refetchInterval: POLL_MS,
    enabled: operator,
  });
  const failing = (operator && parts?.filter(({ ok }) => !ok)) || [];
  return { matters: data, failing, error: fault, refetch };
}
