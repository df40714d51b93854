/** Calls: starting one, and shared components. The call layer itself is loaded by the shell. */
export { showCall, startCall } from './model';
export { Keypad } from './Keypad';
export { captureNotice, CONFERENCE_RECORDING } from './messages';
export { BlurSwitch } from './BlurSwitch';
export { BreakoutNotice } from './BreakoutNotice';
export { MeetingNotices } from './MeetingNotices';
export { MuteButton } from './MuteButton';
export { RoundButton } from './RoundButton';
export { SoundSwitches } from './SoundSwitches';
