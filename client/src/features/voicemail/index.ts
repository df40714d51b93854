/** The user's own messages, and the settings of a mailbox. */
export { Greetings } from './Greetings';
export { STATE_KINDS } from './greetings';
export { MailboxBody } from './MailboxBody';
export { MessageList } from './MessageList';
export { MessageRow } from './MessageRow';
export { countUnheard, type VoicemailEntry } from './model';
export { ownVoicemail } from './own-voicemail';
