import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';

/** The last failed call action. */
export const callError = createStore<Problem | undefined>(undefined);

/** Run a call action on the server; false on failure, with the error in `callError`. */
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
