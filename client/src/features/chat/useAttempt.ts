import { useLingui } from '@lingui/react/macro';
import { asProblem } from '~/core/problem';
import { toast } from '~/core/toasts';
import { problemSentences } from '~/design/problem-messages';

/** Returns a function that does something on the server. A failure is shown and returned as false. */
export function useAttempt(): (work: () => Promise<unknown>) => Promise<boolean> {
  const { t } = useLingui();
  return async (work) => {
    try {
      await work();
      return true;
    } catch (fault) {
      toast({ message: problemSentences(asProblem(fault), t) });
      return false;
    }
  };
}
