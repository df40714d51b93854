/** Names of numbers from the contacts of the user and of the company. */
export { useContactName } from './contact-names';
