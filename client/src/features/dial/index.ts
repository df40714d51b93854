/** The pad above another screen: mount `DialSheet` (loaded by `loadDialSheet`) once, open it with `openDial`. */
export { LineStatus } from './LineState';
export { dialled } from './model';
export { ParkedCalls } from './ParkedCalls';
export { openDial } from './sheet';
export const loadDialSheet = () => import('./DialSheet');
/** ⌘K and Ctrl-K: mount the component once. */
export const loadCommandPalette = () => import('./CommandPalette');
