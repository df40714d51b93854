import { asProblem } from '~/core/problem';
import { AlertNotice } from '~/design/Notice';
import type { Targets } from './destinations';
import { useProblemText } from './useProblemText';

/** An error that concerns no field, such as what still uses an item that was to be deleted. */
export function RoutingError({ fault, targets }: { fault: unknown; targets: Targets }) {
  const text = useProblemText(targets);
  if (fault === undefined || fault === null) return null;
  return <AlertNotice>{text(asProblem(fault))}</AlertNotice>;
}
