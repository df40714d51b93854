import { Phone } from './phone';

export type { Call, CallState, Phase } from './call';
export type { EndReason } from './end-reasons';
export type { Phone, PhoneState } from './phone';

/** The telephone of this tab. Started once somebody is signed in; signing out stops it. */
export const phone = new Phone();
