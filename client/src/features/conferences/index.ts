/** Conference rooms and their rosters. */
export { ensureRoom, recordingState, recordingStateIn, roomById, rooms } from './rooms';
export { useParticipantName } from './actions';
export { Lobby } from './Lobby';
export { Faces } from './Faces';
export { ParticipantMenu } from './ParticipantMenu';
export { Roster } from './roster';
export type { BreakoutRooms } from './breakouts';
export { useBreakouts } from './useBreakouts';
export { useSecondsLeft } from './useSecondsLeft';
export { useIsHost } from './useIsHost';
export { useRoster } from './useRoster';
export { Invitation } from './Invitation';
export const loadRosterSheet = () => import('./RosterSheet');
export { useRoomNames } from './useRoomNames';
export { RoomList } from './RoomList';
