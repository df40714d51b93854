/** Parts shared with other features. */
export { NewPassword, EMPTY_PASSWORD, isUsable } from './NewPassword';
