/** Public numbers of a tenant. */
export { useNumbers } from './useNumbers';
