/** Trunks: list and states. */
export { STATES } from './texts';
export { useTrunks } from './useTrunks';
