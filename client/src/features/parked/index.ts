/** Parked calls; anyone in the tenant can retrieve them. */
export { retrieveNumber, park, parked } from './parked';
export { useParkedCalls } from './useParkedCalls';
