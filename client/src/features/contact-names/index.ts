/** Names of numbers from the contacts of the user and of the company. */
export { contactNames, useContactName } from './contact-names';
export type { ContactName } from './names';
