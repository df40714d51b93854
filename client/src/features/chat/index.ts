/** Conversations of the user. */
export { useConfirmUnsent } from './useConfirmUnsent';
export { useOpenChat } from './useOpenChat';
export { useSendText } from './useSendText';
