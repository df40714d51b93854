/** Emergency calls: alerts, and the places from which they are made. */
export { useEmergencyToasts } from './useEmergencyToasts';
