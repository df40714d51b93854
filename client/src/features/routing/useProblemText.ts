import { useLingui } from '@lingui/react/macro';
import type { Problem } from '~/core/problem';
import { problemSentences } from '~/design/problem-messages';
import { destinationsIn, type Targets } from './destinations';
import { useDestinationText } from './useDestinationText';

/** Texts of the server's errors about destinations and numbers, with readable names. */
export function useProblemText(targets: Targets): (problem: Problem) => string {
  const { t } = useLingui();
  const text = useDestinationText(targets);
  return (problem) => {
    const { status, field, message } = problem;
    const named = destinationsIn(message);
    const [first, ...others] = named.map(text);
    if (status === 409 && field === 'number') return t`This number is taken. Choose another one.`;
    if (status === 409 && field === 'name') return t`This name is taken. Choose another one.`;
    if (status === 409 && first && others.length > 0) {
      const users = others.join(', ');
      return t`${first} is used by: ${users}. Change their destinations first.`;
    }
    if (named.length > 1 && named[0] === named.at(-1)) {
      const path = [first, ...others].join(' → ');
      return t`Calls would go in a circle: ${path}. Choose another destination.`;
    }
    return problemSentences(problem, t);
  };
}
