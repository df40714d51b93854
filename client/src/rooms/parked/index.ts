/** Calls that are parked: everybody of the organisation may take them back. */
export { fetching, park, parked } from './parked';
