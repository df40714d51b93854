/** Public numbers of a tenant. */
export { ShownNumber } from './ShownNumber';
export { useNumbers } from './useNumbers';
