/** Presence of the user and of colleagues. */
export { PresenceChoice } from './PresenceChoice';
export { ColleagueDot, PresenceText, usePresenceText } from './PresenceText';
export { OWN_STATES, STATE_LABELS, STATE_SHAPES } from './messages';
export { presences, useOwnPresence, usePresence } from './presences';
