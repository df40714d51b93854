import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { asProblem } from '~/core/problem';
import { toast } from '~/core/toasts';
import { problemSentences } from '~/design/problem-messages';

export const COMPLETIONS = ['completions'];

interface Party {
  number: string;
  name: string;
}

/** Returns a function that has the user called once a colleague is free; it ends in a notification with Undo. */
export function useCallWhenFree(): (party: Party) => void {
  const { t } = useLingui();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: COMPLETIONS });
  const cancel = async (completion: string) => {
    await api.cancelCompletion({ path: { completion } }).catch(() => undefined); // it may have ended by itself
    await refresh();
  };
  const request = useMutation({
    mutationFn: async ({ number }: Party) => (await api.requestCompletion({ body: { to: number } })).data,
    onSuccess: ({ id, name, number }) =>
      toast({ message: t`Your phone rings once ${name || number} is free.`, undo: () => cancel(id) }),
    onError: (fault) => {
      toast({ message: problemSentences(asProblem(fault), t) });
    },
    onSettled: refresh,
  });
  return (party) => request.mutate(party);
}
