/** Charts of calls, and the bell of the portal. */
export { Bell } from './Bell';
export { CallsByHour } from './CallsByHour';
export { CallsChart } from './CallsChart';
export { addCount, countOf, midnight, noCalls, total, type Count } from './model';
