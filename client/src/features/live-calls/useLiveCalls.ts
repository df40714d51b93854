import { useInterval } from '@mantine/hooks';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Extension, type LiveCall } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages, usePages } from '~/design/lists';
import { useNumberFormat } from '~/features/phone-numbers';

const POLL_MS = 2000;

/** The live calls of a tenant, their duration, and names for the numbers of its extensions. */
export function useLiveCalls(tenant?: string) {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const calls = usePages<LiveCall>(['calls', tenant], () => api.listCalls({ query: { tenant } }), { pollMs: POLL_MS });
  const extensions = useAllPages<Extension>(['extensions', tenant], (cursor) =>
    api.listExtensions({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  ).items;
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), 1000, { autoInvoke: true });
  return {
    calls,
    /** Since the answer; since the call was placed while it rings. */
    secondsOf: (call: LiveCall) => (now - Date.parse(call.answered ?? call.started)) / 1000,
    /** Display name of a number of this tenant, otherwise the number. */
    nameOf: (number: string) =>
      number === ''
        ? t`Withheld number`
        : (extensions.find((each) => each.number === number)?.name ?? formatted(number)),
  };
}
