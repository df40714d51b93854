import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { formatDateTime } from '~/design/dates';
import { InfoNotice } from '~/design/Notice';
import { REASONS } from './texts';

/** Reason, end and review of a person's suspension, for administrators. */
export function SuspensionInForce({ personId, tenant }: { personId: string; tenant?: string }) {
  const { t } = useLingui();
  const { data } = useQuery({
    queryKey: ['suspension', tenant, personId],
    queryFn: async () => (await api.showPersonSuspension({ path: { person_id: personId }, query: { tenant } })).data,
    retry: false,
  });
  if (!data) return null;
  return (
    <InfoNotice title={t`Suspended: ${t(REASONS[data.reason])}`}>
      {data.text && (
        <Text size="sm" dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {data.text}
        </Text>
      )}
      <Text size="sm">
        {data.until ? (
          <Trans>
            Since {formatDateTime(data.since)}, until {formatDateTime(data.until)}
          </Trans>
        ) : (
          <Trans>Since {formatDateTime(data.since)}, without an end</Trans>
        )}
      </Text>
      {data.review === 'open' && (
        <Text size="sm">
          <Trans>The person asks for a review: see Privacy, Requests.</Trans>
        </Text>
      )}
      {data.review === 'refused' && (
        <Text size="sm">
          <Trans>A review has confirmed it.</Trans>
        </Text>
      )}
    </InfoNotice>
  );
}
