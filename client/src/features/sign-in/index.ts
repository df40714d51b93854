/** What other rooms use of this one. */
export { NewPassword, EMPTY_PASSWORD, isUsable } from './NewPassword';
