/** Guests of meetings; what colleagues use too. */
export { DeviceCheck } from './DeviceCheck';
