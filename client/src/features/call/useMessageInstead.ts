import { useChatAllowed } from '~/api/session';
import { useValue } from '~/core/store';
import { useOpenChat } from '~/features/chat';
import { colleagues } from '~/features/directory';
import type { Call } from '~/sip';
import { showCall } from './model';

/** Declines the call of a colleague and opens the conversation with them; undefined for other callers. */
export function useMessageInstead(call: Call): (() => void) | undefined {
  const allowed = useChatAllowed();
  const openChat = useOpenChat();
  const known = useValue(colleagues.state, () => colleagues.withNumber(call.number) !== undefined);
  if (!allowed || !known || call.clickToDial || call.invitation) return undefined;
  return () => {
    call.decline();
    void openChat([call.number]).then((opened) => opened && showCall({ minimised: true }));
  };
}
