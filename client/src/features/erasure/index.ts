/** Erasure of a person or a number outside. */
export { CloseAccount } from './CloseAccount';
export { ErasureSteps } from './ErasureSteps';
