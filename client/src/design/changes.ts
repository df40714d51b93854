import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { asProblem } from '~/core/problem';
import { toast } from '~/core/toasts';
import { dropFromLists, reloadLists } from './lists';
import { problemSentences } from './problem-messages';

export interface Change {
  apply: () => Promise<unknown>;
  /** The id of the item that it deletes: the lists drop it at once, for Undo may restore it under another id. */
  deletes?: string;
  /** Takes the change back; without it there is no Undo. */
  undo?: () => Promise<unknown>;
  /** One sentence that says what has changed. */
  message: string;
}

/** Carries out changes: each ends in a notification with Undo, and refreshes the lists with these query keys. */
export function useChanges(affected: readonly string[]) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const refresh = () => reloadLists(queries, affected);
  const undo = async (change: Change) => {
    try {
      await change.undo?.();
      toast({ message: t`Undone.` });
    } catch (fault) {
      const problem = asProblem(fault);
      const why = problemSentences(problem, t);
      const changed = problem.code === 'changed_meanwhile';
      toast({ message: changed ? t`Not undone: it was changed again meanwhile.` : t`Not undone: ${why}` });
    }
    await refresh();
  };
  return useMutation({
    mutationFn: async (change: Change) => {
      if (change.deletes) await dropFromLists(queries, affected, change.deletes);
      await change.apply();
      toast({ message: change.message, undo: change.undo && (() => undo(change)) });
    },
    onSettled: refresh,
  });
}
