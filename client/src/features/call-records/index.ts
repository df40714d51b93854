export { usePartyText } from './PartyName';
