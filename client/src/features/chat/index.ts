/** Conversations of the user. */
export { useOpenChat } from './useOpenChat';
