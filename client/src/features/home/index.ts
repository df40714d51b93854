/** Charts of calls. */
export { CallsByHour } from './CallsByHour';
export { CallsChart } from './CallsChart';
export { addCount, countOf, midnight, noCalls, total, type Count } from './model';
