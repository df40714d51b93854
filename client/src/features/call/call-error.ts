import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';

/** What was asked of the server for a call and not done. */
export const callError = createStore<Problem | undefined>(undefined);

/** Ask something of the server for a call; false if it was not done, and why is in `undone`. */
export async function tryCallAction(work: () => Promise<unknown>): Promise<boolean> {
  callError.setState(() => undefined);
  const problem = await work().then(
    () => undefined,
    (fault: unknown) => asProblem(fault),
  );
  callError.setState(() => problem);
  return !problem;
}

export function dismissCallError(): void {
  callError.setState(() => undefined);
}
