import { useLingui } from '@lingui/react/macro';
import { asProblem } from '~/core/problem';
import { toast } from '~/core/toasts';
import { problemText } from '~/design/problem-messages';

/** Returns a function that does something on the server. A failure is shown and returned as false. */
export function useAttempt(): (work: () => Promise<unknown>) => Promise<boolean> {
  const { t } = useLingui();
  return async (work) => {
    try {
      await work();
      return true;
    } catch (fault) {
      const { title, advice } = problemText(asProblem(fault), t);
      toast({ message: `${title} ${advice}`.trim() });
      return false;
    }
  };
}
