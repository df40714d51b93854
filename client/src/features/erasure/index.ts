/** Erasure of a person or a number outside. */
export { ErasureSteps } from './ErasureSteps';
