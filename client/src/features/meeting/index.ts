/** Videos of conferences: cameras and shared screens beside the sound, which is part of the call. */
export { useMeeting, useMeetingOf } from './current';
export type { Meeting } from './meeting';
export { MeetingStage, Tiles } from './MeetingStage';
export { ReactionMenu } from './ReactionMenu';
export { Signals } from './Signals';
export const loadConnectionSheet = () => import('./ConnectionSheet');
export { openVideos } from './open-meeting';
export { NO_MEETING } from './meeting';
