import { useInterval } from '@mantine/hooks';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { api, type NamedLiveCall } from '~/api';
import { events } from '~/api/events';
import { reloadQueries } from '~/api/reload-queries';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { useLoadFault, type List } from '~/design/lists';
import { useNumberFormat } from '~/features/phone-numbers';

/** Minimum time between two loads. */
const REST_MS = 1000;
/** Polling interval for an organisation that is not the user's own: its events are not sent to them. */
const POLL_MS = 5000;

/** The live calls of a tenant with their duration, at most `limit` of them; loaded when the server reports a change. */
export function useLiveCalls(tenant?: string, limit?: number) {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const own = useValue(session, (each) => (each.state === 'in' ? each.me.tenant?.id : undefined));
  const query = useQuery({
    queryKey: ['calls', tenant, limit],
    queryFn: async () => (await api.listCalls({ query: { tenant, limit } })).data,
    refetchInterval: tenant === undefined || tenant === own ? false : POLL_MS,
    placeholderData: keepPreviousData,
  });
  const fault = useLoadFault(query);
  const data = fault && query.isPlaceholderData ? undefined : query.data;
  useRefreshByEvents();
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), 1000, { autoInvoke: true });
  const calls: List<NamedLiveCall> = {
    items: data?.items ?? [],
    loaded: data !== undefined,
    fault,
    retry: () => void query.refetch(),
  };
  return {
    calls,
    total: data?.total ?? 0,
    /** Since the answer; since the call was placed while it rings. */
    secondsOf: (call: NamedLiveCall) => (now - Date.parse(call.answered ?? call.started)) / 1000,
    /** Name of the party, otherwise its number. */
    nameOf: (number: string, name: string) => name || (number === '' ? t`Withheld number` : formatted(number)),
  };
}

/** Load the calls again after changes and reconnects; of many changes in a row the first and the last count. */
function useRefreshByEvents() {
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let again = false;
    const refresh = () => {
      again = timer !== undefined;
      if (again) return;
      reloadQueries(queries, ['calls']);
      timer = setTimeout(() => {
        timer = undefined;
        if (again) refresh();
      }, REST_MS);
    };
    const unsubscribes = [events.on('calls', refresh), events.onConnected(refresh)];
    return () => {
      clearTimeout(timer);
      unsubscribes.forEach((unsubscribe) => unsubscribe());
    };
  }, [queries]);
}
