/** Conference rooms and their rosters. */
export { ensureRoom, recordingStateIn, roomById, rooms } from './rooms';
export { Faces } from './Faces';
export { Invitation } from './Invitation';
export const loadRosterSheet = () => import('./RosterSheet');
export { useRoomNames } from './useRoomNames';
export { RoomList } from './RoomList';
