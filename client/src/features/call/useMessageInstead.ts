import { useChatAllowed } from '~/api/session';
import { useValue } from '~/core/store';
import { useOpenChat, useSendText } from '~/features/chat';
import { colleagues } from '~/features/directory';
import type { Call } from '~/sip';
import { showCall } from './model';

/** Declines the call of a colleague and sends a text, or opens the conversation with them without one. */
type MessageInstead = (text?: string) => void;

/** Undefined for other callers. */
export function useMessageInstead(call: Call): MessageInstead | undefined {
  const allowed = useChatAllowed();
  const openChat = useOpenChat();
  const sendText = useSendText();
  const known = useValue(colleagues.state, () => colleagues.withNumber(call.number) !== undefined);
  if (!allowed || !known || call.clickToDial || call.invitation) return undefined;
  return (text) => {
    call.decline();
    if (text) void sendText(call.number, text);
    else void openChat([call.number]).then((opened) => opened && showCall({ minimised: true }));
  };
}
