/** Calls that are parked: everybody of the organisation may take them back. */
export { retrieveNumber, park, parked } from './parked';
