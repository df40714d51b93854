/** The pad above another screen: mount `DialSheet` (loaded by `loadDialSheet`) once, open it with `openDial`. */
export { dialled } from './model';
export { openDial } from './sheet';
export const loadDialSheet = () => import('./DialSheet');
