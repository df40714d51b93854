/** Conference rooms and their rosters. */
export { ensureRoom, recordingStateIn, roomById, rooms } from './rooms';
export { Invitation } from './Invitation';
export const loadRosterSheet = () => import('./RosterSheet');
