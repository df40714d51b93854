/** Contacts: the user's own and those of the company. */
export { ContactForm } from './ContactForm';
export { ContactList } from './ContactList';
export { useLabels } from './labels';
export { useContactChanges } from './useContactChanges';
export { titleOf, useContact, useContacts } from './useContacts';
