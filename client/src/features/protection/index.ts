/** Protection against toll fraud: what an extension may call. */
export { CallingRights } from './CallingRights';
