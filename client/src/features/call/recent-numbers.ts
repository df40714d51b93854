import { dialled } from '~/features/dial';

/** Numbers called from this device, newest first. */
export const recentNumbers = (): readonly string[] => dialled.state.recent;
