/** Live captions of meetings. */
export { Captions } from './captions';
export { CaptionStrip } from './CaptionStrip';
export { RoomCaptions } from './RoomCaptions';
