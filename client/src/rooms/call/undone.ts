import { asProblem, type Problem } from '~/kernel/problem';
import { createStore } from '~/kernel/store';

/** What was asked of the server for a call and not done. */
export const undone = createStore<Problem | undefined>(undefined);

/** Ask something of the server for a call; false if it was not done, and why is in `undone`. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  undone.setState(() => undefined);
  const problem = await work().then(
    () => undefined,
    (fault: unknown) => asProblem(fault),
  );
  undone.setState(() => problem);
  return !problem;
}

export function overlook(): void {
  undone.setState(() => undefined);
}
