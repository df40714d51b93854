/** Calls that begin once a colleague is free. */
export { useCallWhenFree } from './useCallWhenFree';
export { WaitingCalls } from './WaitingCalls';
