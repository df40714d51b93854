/** Whether the caller id of a call was signed. */
export { VerificationNote } from './VerificationNote';
