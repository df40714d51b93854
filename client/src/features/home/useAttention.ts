import { useQuery } from '@tanstack/react-query';
import { api, type Readiness } from '~/api';
import { useIsOperator } from '~/api/session';
import { asProblem } from '~/core/problem';
import { useLoadFault } from '~/design/lists';

const POLL_MS = 60_000;

/** Whether a fault is the missing consent of the organisation to support access: then nothing has failed. */
export const isConsentMissing = (fault: unknown) => asProblem(fault).code === 'support_access_needed';

/** Open matters of an administrator; for operators also the components of the server that are not ready. */
export function useAttention(tenant?: string) {
  const operator = useIsOperator();
  const attention = useQuery({
    queryKey: ['attention', tenant],
    queryFn: async () => (await api.showAttention({ query: { tenant } })).data.items,
    refetchInterval: POLL_MS,
  });
  const readiness = useQuery({
    queryKey: ['readiness'],
    // 503 with the same content while a component is not ready.
    queryFn: async () => ((await (await fetch('/readyz')).json()) as Readiness).parts,
    refetchInterval: POLL_MS,
    enabled: operator,
  });
  const loads = [useLoadFault(attention), useLoadFault(readiness)];
  const faults = loads.filter((each) => each !== undefined && each !== null);
  const failing = (operator && readiness.data?.filter(({ ok }) => !ok)) || [];
  return {
    matters: attention.data,
    failing,
    loaded: attention.data !== undefined && (!operator || readiness.data !== undefined),
    fault: faults.find((each) => !isConsentMissing(each)) ?? faults[0],
    retry: () =>
      void [attention, readiness].filter(({ error }) => error !== null).forEach(({ refetch }) => void refetch()),
  };
}
