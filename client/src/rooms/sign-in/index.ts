/** What other rooms use of this one. */
export { NewPassword, NONE, usable } from './NewPassword';
