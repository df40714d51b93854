/** Conference rooms and their rosters. */
export { ensureRoom, recordingStateIn, roomById, rooms } from './rooms';
export const loadRosterSheet = () => import('./RosterSheet');
