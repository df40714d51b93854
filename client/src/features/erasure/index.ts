/** Erasure of a person or a number outside. */
export { CloseAccount } from './CloseAccount';
export { ErasureSteps } from './ErasureSteps';
export { ScheduledErasure } from './ScheduledErasure';
export { SCHEDULED_ERASURES } from './useScheduledErasures';
