export { usePartyText, useShownParty } from './PartyName';
