import { useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { ErasureSteps } from '~/features/erasure';
import type { PersonTabProps } from './PersonPage';

/** Erasure of a person. */
export function ErasePerson({ person, tenant, onErased }: PersonTabProps & { onErased: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const which = { path: { person_id: person.id }, query: { tenant } };
  return (
    <ErasureSteps
      subject={[tenant, person.id]}
      plan={async () => (await api.planErasure(which)).data}
      erase={async (digest) => (await api.erasePerson({ ...which, body: { digest } })).data}
      name={person.name}
      confirmLabel={t`Erase this person`}
      onErased={() => {
        onErased();
        void queryClient.invalidateQueries({ queryKey: ['people'] });
      }}
    />
  );
}
