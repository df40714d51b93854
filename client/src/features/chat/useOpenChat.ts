import { useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { api } from '~/api';
import { asProblem } from '~/core/problem';
import { toast } from '~/core/toasts';
import { problemSentences } from '~/design/problem-messages';

/**
 * Returns a function that opens the conversation with people, by their numbers: with one of them and no name the present
 * one. A failure is shown and returned as false.
 */
export function useOpenChat(): (members: string[], name?: string, encrypted?: boolean) => Promise<boolean> {
  const { t } = useLingui();
  const navigate = useNavigate();
  return async (members, name, encrypted = false) => {
    try {
      const { id } = (await api.createConversation({ body: { members, name, encrypted } })).data;
      await navigate({ to: '/chat/$conversation', params: { conversation: id } });
      return true;
    } catch (fault) {
      toast({ message: problemSentences(asProblem(fault), t) });
      return false;
    }
  };
}
