/** Telephone numbers as people read them. */
export { loadPhoneNumbers, phoneNumbers, type PhoneNumbers } from './phone-numbers';
export { useHomeCountry, useNumberFormat } from './useNumberFormat';
