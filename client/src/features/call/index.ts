/** Calls: starting one, and shared components. The call layer itself is loaded by the shell. */
export { showCall, startCall } from './model';
export { Keypad } from './Keypad';
export { captureNotice, type CaptureNotice } from './messages';
