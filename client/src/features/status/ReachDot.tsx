import type { Reach } from './reach';
import css from './status.module.css';

/** Filled: rings always. Half: rings while open. Hollow: does not ring. The words stand beside it. */
export function ReachDot({ reach }: { reach: Reach }) {
  return <i className={css.dot} data-reach={reach} aria-hidden />;
}
