import { useLingui } from '@lingui/react/macro';
import { toast } from '~/core/toasts';
import { calls } from './calls';

/** Returns a function that removes calls from the user's own list, with Undo. */
export function useRemoveCalls(): (ids: string[]) => void {
  const { t } = useLingui();
  return (ids) => {
    void calls.remove(ids);
    toast({
      message: t`Removed from your list. The organisation’s history keeps the call.`,
      undo: () => void calls.restore(ids),
    });
  };
}
