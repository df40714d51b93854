/** Conference rooms: which there are, and who is in one. */
export { ensureRoom, recordingStateIn, roomById, rooms } from './rooms';
export const loadRosterSheet = () => import('./RosterSheet');
