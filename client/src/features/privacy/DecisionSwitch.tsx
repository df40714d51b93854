import { Switch } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { ErrorNotice } from '~/design/Notice';
import { SUGGESTIONS } from '~/features/suggestions';
import { OWN_USAGE } from '~/features/usage';

/** Query key of the user's consents and objections. */
export const DECISIONS = ['own-consents'];

interface DecisionSwitchProps {
  title: string;
  /** Its consequences. */
  effect: string;
  checked: boolean;
  decide: (wanted: boolean) => Promise<unknown>;
}

/** Switch of a consent or an objection, stored at once: the last decision is the last one that the server gets. */
export function DecisionSwitch({ title, effect, checked, decide }: DecisionSwitchProps) {
  const queries = useQueryClient();
  const change = useMutation({
    scope: { id: useId() },
    mutationFn: decide,
    onSettled: () => {
      queries.removeQueries({ queryKey: SUGGESTIONS }); // they rest on a consent
      void queries.invalidateQueries({ queryKey: OWN_USAGE });
      return queries.invalidateQueries({ queryKey: DECISIONS });
    },
  });
  return (
    <>
      <ErrorNotice fault={change.error} />
      <Switch
        size="md"
        label={title}
        description={effect}
        checked={change.isPending ? change.variables : checked}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
    </>
  );
}
