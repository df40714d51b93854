/** Calls: beginning one, and what others may draw of it. The layer itself is loaded by the shell. */
export { showCall, startCall } from './model';
export { Keypad } from './Keypad';
export { captureNotice, type CaptureNotice } from './messages';
