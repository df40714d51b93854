import { Phone } from './phone';

export { Phone } from './phone';

export type { Call } from './call';
export type { CallState, Phase } from './call-state';
export type { EndReason } from './end-reasons';
export type { PhoneState } from './phone';
export { WITHHELD_NUMBER } from './remote-identity';

/** The phone of this tab. Started after sign-in, stopped by sign-out. */
export const phone = new Phone();
