/** Voicemail: the settings of a mailbox. */
export { MailboxBody } from './MailboxBody';
