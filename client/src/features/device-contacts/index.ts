/** Contacts that the user has chosen from this device. They are held on it only, and are deleted at sign-out. */
export {
  clearDeviceContacts,
  deviceContacts,
  openCardFile,
  pickContacts,
  picker,
  restoreDeviceContacts,
} from './device-contacts';
export type { DeviceMatch } from './book';
export type { CardFault } from './vcard';
