import { useQuery } from '@tanstack/react-query';
import { Trans } from '@lingui/react/macro';
import { api } from '~/api';
import { SuspensionText } from './SuspensionText';

/** Reason, end and review of a person's suspension, for administrators. */
export function SuspensionInForce({ personId, tenant }: { personId: string; tenant?: string }) {
  const { data } = useQuery({
    queryKey: ['suspension', tenant, personId],
    queryFn: async () => (await api.showPersonSuspension({ path: { person_id: personId }, query: { tenant } })).data,
    retry: false,
  });
  if (!data) return null;
  return (
    <SuspensionText suspension={data}>
      <Trans>The person asks for a review: see Privacy, Requests.</Trans>
    </SuspensionText>
  );
}
