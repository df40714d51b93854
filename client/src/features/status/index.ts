/** Reachability of this phone: the chip for headers, and the facts behind it. */
export { StatusChip } from './StatusChip';
export { ReachDot } from './ReachDot';
export { pushTest, useReachability } from './reach';
