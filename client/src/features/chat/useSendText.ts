import { useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { asProblem } from '~/core/problem';
import { randomText } from '~/core/random';
import { toast } from '~/core/toasts';
import { problemSentences } from '~/design/problem-messages';

/** Returns a function that sends a text to a colleague, by their number, without opening the conversation. */
export function useSendText(): (number: string, text: string) => Promise<void> {
  const { t } = useLingui();
  return async (number, text) => {
    try {
      const { id, encrypted } = (await api.createConversation({ body: { members: [number] } })).data;
      const { sendMessage } = await import('./chats');
      const created = new Date().toISOString();
      await sendMessage({ client_id: randomText(16), conversation_id: id, text, created, encrypted });
      toast({ message: t`Message sent` });
    } catch (fault) {
      toast({ message: problemSentences(asProblem(fault), t) });
    }
  };
}
