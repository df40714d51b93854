/**
 * Contacts that the user has chosen from this device. They are held on it, and are deleted at sign-out. With the user's
 * consent they are copied to the server.
 */
export {
  clearDeviceContacts,
  deviceContacts,
  openCardFile,
  pickContacts,
  picker,
  restoreDeviceContacts,
} from './device-contacts';
export { contactSync, forgetSync, startSync, stopSync } from './sync';
export type { DeviceMatch } from './book';
export type { CardFault } from './vcard';
