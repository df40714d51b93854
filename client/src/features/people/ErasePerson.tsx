import { useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { toast } from '~/core/toasts';
import { formatDateTime } from '~/design/dates';
import { reloadLists } from '~/design/lists';
import { ErasureSteps, SCHEDULED_ERASURES } from '~/features/erasure';
import type { PersonTabProps } from './PersonPage';

interface ErasePersonProps extends PersonTabProps {
  onErased: () => void;
  onScheduled: () => void;
}

/** Erasure of a person, at once or after some days. */
export function ErasePerson({ person, tenant, onErased, onScheduled }: ErasePersonProps) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const which = { path: { person_id: person.id }, query: { tenant } };
  return (
    <ErasureSteps
      subject={[tenant, person.id]}
      plan={async () => (await api.planErasure(which)).data}
      erase={async (digest) => (await api.erasePerson({ ...which, body: { digest } })).data}
      schedule={async (digest, days) => {
        const { data } = await api.scheduleErasure({ ...which, body: { digest, days } });
        toast({ message: t`${person.name} will be erased on ${formatDateTime(data.due)}.` });
      }}
      onScheduled={() => {
        onScheduled();
        void reloadLists(queryClient, SCHEDULED_ERASURES);
      }}
      name={person.name}
      confirmLabel={t`Erase this person`}
      onErased={() => {
        onErased();
        void queryClient.invalidateQueries({ queryKey: ['people'] });
      }}
    />
  );
}
