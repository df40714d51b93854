import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { api, type PersonChange } from '~/api';
import { asProblem } from '~/core/problem';
import { toast } from '~/core/toasts';
import { problemText } from '~/design/problem-messages';

export interface Change {
  apply: () => Promise<unknown>;
  /** Takes the change back; without it there is no Undo. */
  undo?: () => Promise<unknown>;
  /** One sentence that says what has changed. */
  message: string;
}

/** Lists and pages that show people, numbers and phones. */
const AFFECTED = ['people', 'person', 'persons', 'extensions', 'devices'];

/** Carries out changes: each ends in a notification with Undo, and refreshes the lists. */
export function useChanges() {
  const { t } = useLingui();
  const queries = useQueryClient();
  const refresh = () => Promise.all(AFFECTED.map((key) => queries.invalidateQueries({ queryKey: [key] })));
  const undo = async (change: Change) => {
    try {
      await change.undo?.();
      toast({ message: t`Undone.` });
    } catch (fault) {
      const { title, advice } = problemText(asProblem(fault), t);
      toast({ message: t`Not undone: ${title}. ${advice}` });
    }
    await refresh();
  };
  return useMutation({
    mutationFn: async (change: Change) => {
      await change.apply();
      toast({ message: change.message, undo: change.undo && (() => undo(change)) });
    },
    onSettled: refresh,
  });
}

/** Requests that change one person. */
export function personRequests(person: { id: string }, tenant?: string) {
  const which = { path: { person_id: person.id }, query: { tenant } };
  return {
    change: (body: PersonChange) => api.updatePerson({ ...which, body }),
    close: () => api.closePerson(which),
    resetPassword: async () => (await api.resetPersonPassword(which)).data.password,
    resetFactors: () => api.resetPersonFactors(which),
  };
}
