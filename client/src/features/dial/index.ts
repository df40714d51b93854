/** The pad above another screen: mount `DialSheet` (loaded by `loadDialSheet`) once, open it with `openDial`. */
export { LineStatus } from './LineState';
export { dialled } from './model';
export { ParkedCalls } from './ParkedCalls';
export { openDial } from './sheet';
export const loadDialSheet = () => import('./DialSheet');
/** "Call or find…", opened by ⌘K and Ctrl-K. */
export const loadCommandPalette = () => import('./CommandPalette');
