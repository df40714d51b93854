/** Set-up after the first sign-in. */
export { SetUpLine } from './SetUpLine';
