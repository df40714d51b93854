/** The user's own calls. */
export { calls } from './calls';
export { useCallTexts, useDayText } from './call-texts';
export { useRemoveCalls } from './useRemoveCalls';
export { qualityGrade, type HistoryEntry } from './model';
