/** Single checks and their advice, for the set-up. */
export { selfTestDependencies } from './checks';
export { REASON_MESSAGES } from './messages';
export type { FailureReason, Outcome } from './model';
