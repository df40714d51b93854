import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { InfoNotice } from '~/design/Notice';
import { dayOf, firstCallsEnd } from './model';

/** The announced end of calls outside, or that they have ended, because of an invoice that is not paid. */
export function CallsEnd({ tenant }: { tenant?: string }) {
  const { t, i18n } = useLingui();
  const { data } = useQuery({
    queryKey: ['invoices', tenant, 'overdue'],
    queryFn: async () => (await api.listInvoices({ query: { tenant, state: 'overdue' } })).data.items,
  });
  const found = firstCallsEnd(data ?? []);
  if (!found) return null;
  const { number } = found;
  const end = i18n.date(dayOf(found.calls_end), { dateStyle: 'long' });
  return dayOf(found.calls_end) <= new Date() ? (
    <InfoNotice title={t`Calls outside have ended`}>
      <Text size="sm">
        <Trans>
          Invoice {number} is not paid. Calls outside are possible again as soon as its payment is recorded. Emergency
          calls are always possible.
        </Trans>
      </Text>
    </InfoNotice>
  ) : (
    <InfoNotice title={t`Calls outside end on ${end}`}>
      <Text size="sm">
        <Trans>Unless invoice {number} is paid. Emergency calls are always possible.</Trans>
      </Text>
    </InfoNotice>
  );
}
