/** Conference rooms: which there are, and who is in one. */
export { findRoom, recordedIn, roomOf, rooms } from './rooms';
export const loadRosterSheet = () => import('./RosterSheet');
